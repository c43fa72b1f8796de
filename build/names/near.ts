import type { Place, ShortLines } from "../lines.ts";
import { type Binding, bindingsOf, meaningsOf, type Scope } from "./bindings.ts";
import { Repeats } from "./repeats.ts";

/** In the order in which swc takes them. */
const LETTERS = "etnrioasulcdfphmvgyw$kbx_jSAOEDPCL";
/** A scope that declares more is one of the groups (build/plugins/groups.ts): its names have two letters and are left. */
const CROWDED = 60;
/** How much of the text around a name has a part in the choice. */
const BEFORE = 20;
const BEHIND = 20;
/** Places of one name that are looked at. */
const LOOKED_AT = 40;

type Names = Map<Binding, string>;

/**
 * Gives what functions declare for themselves other letters: those with which the text around them repeats most of what stood before, for
 * which the launcher takes a sixtieth less room gzipped. All of the text is ASCII. Throws where a name would come to stand for something else.
 */
export function withNearNames(code: string): ShortLines {
  const bindings = bindingsOf(code);
  const conflicts = conflictsOf(bindings);
  const names: Names = new Map(bindings.map((one) => [one, one.name]));
  const locals = localsOf(bindings);
  for (const one of locals) {
    const taken = takenBy(one, conflicts, names);
    names.set(one, one.name.length === 1 ? one.name : ([...LETTERS].find((letter) => !taken.has(letter)) ?? one.name));
  }
  const { text, placesOf } = withNames(code, bindings, names);
  const movable = new Set(locals.filter((one) => names.get(one)?.length === 1));
  choose({ text, placesOf, conflicts, names, movable });
  const named = withNames(code, bindings, names);
  if (meaningsOf(named.text.toString("latin1")).join() !== meaningsOf(code).join()) {
    throw new Error("a name in the code stands for something else once that others are chosen");
  }
  return { code: named.text.toString("latin1"), before: named.before };
}

function localsOf(bindings: readonly Binding[]): Binding[] {
  const declared = new Map<Scope, number>();
  for (const { scope } of bindings) declared.set(scope, (declared.get(scope) ?? 0) + 1);
  return bindings.filter(({ scope }) => scope.parent !== undefined && (declared.get(scope) as number) <= CROWDED);
}

type Conflicts = ReadonlyMap<Binding, ReadonlySet<Binding>>;

/** What must not have the same name. */
function conflictsOf(bindings: readonly Binding[]): Conflicts {
  const declared = new Map<Scope, Binding[]>();
  for (const one of bindings) declared.set(one.scope, [...(declared.get(one.scope) ?? []), one]);
  const conflicts = new Map(bindings.map((one) => [one, new Set<Binding>()]));
  for (const one of bindings) {
    for (const scope of one.visible) {
      for (const other of declared.get(scope) ?? []) {
        if (other === one) continue;
        conflicts.get(one)?.add(other);
        conflicts.get(other)?.add(one);
      }
    }
  }
  return conflicts;
}

/** By name, the one that has it; `null` where several do. */
function takenBy(binding: Binding, conflicts: Conflicts, names: Names): Map<string, Binding | null> {
  const taken = new Map<string, Binding | null>();
  for (const other of conflicts.get(binding) ?? []) {
    const name = names.get(other) as string;
    taken.set(name, taken.has(name) ? null : other);
  }
  return taken;
}

/** The text with these names, where each stands in it, and where its places were before. */
function withNames(code: string, bindings: readonly Binding[], names: Names) {
  const all = bindings.flatMap((binding) => binding.occurrences.map((one) => ({ ...one, binding })));
  all.sort((one, other) => one.start - other.start);
  const placesOf = new Map<Binding, number[]>(bindings.map((one) => [one, []]));
  const grown: (Place & { readonly by: number })[] = [];
  const parts: string[] = [];
  let [at, size, line, lineStart] = [0, 0, 0, 0];
  const put = (part: string) => {
    const lines = part.split("\n").length - 1;
    if (lines > 0) [line, lineStart] = [line + lines, size + part.lastIndexOf("\n") + 1];
    parts.push(part);
    size += part.length;
  };
  for (const { binding, name, start, isShorthand } of all) {
    const chosen = names.get(binding) as string;
    const key = isShorthand && chosen !== name ? `${name}:` : "";
    put(`${code.slice(at, start)}${key}`);
    placesOf.get(binding)?.push(size);
    put(chosen);
    at = start + name.length;
    const by = key.length + chosen.length - name.length;
    if (by !== 0) grown.push({ line, column: size - lineStart, by });
  }
  put(code.slice(at));
  const before = ({ line: within, column }: Place): Place => {
    const shifts = grown.filter((one) => one.line === within && one.column <= column);
    return { line: within, column: shifts.reduce((sum, { by }) => sum - by, column) };
  };
  return { text: Buffer.from(parts.join(""), "latin1"), placesOf, before };
}

interface Choice {
  readonly text: Buffer;
  readonly placesOf: ReadonlyMap<Binding, readonly number[]>;
  readonly conflicts: Conflicts;
  readonly names: Names;
  readonly movable: ReadonlySet<Binding>;
}

/** One behind another as they first stand in the text, so that all before is chosen by then. */
function choose(choice: Choice): void {
  const repeats = new Repeats(choice.text);
  for (const binding of choice.movable) {
    const [first = 0] = choice.placesOf.get(binding) ?? [];
    repeats.settle(first);
    chooseOne(choice, repeats, binding, first);
  }
}

function chooseOne(choice: Choice, repeats: Repeats, binding: Binding, first: number): void {
  const { text, placesOf, conflicts, names, movable } = choice;
  const put = (one: Binding, name: string) => {
    for (const place of placesOf.get(one) ?? []) text[place] = name.charCodeAt(0);
  };
  const taken = takenBy(binding, conflicts, names);
  const parts = partsAround(placesOf.get(binding) as readonly number[], text.length);
  const old = names.get(binding) as string;
  let best: { cost: number; name: string; other: Binding | undefined } = {
    cost: Number.POSITIVE_INFINITY,
    name: old,
    other: undefined,
  };
  for (const name of LETTERS) {
    const other = taken.get(name);
    if (other !== undefined) {
      const isLater =
        other !== null && movable.has(other) && ((placesOf.get(other) as readonly number[])[0] as number) > first;
      if (!isLater || [...(conflicts.get(other) ?? [])].some((one) => one !== binding && names.get(one) === old))
        continue;
      put(other, old);
    }
    put(binding, name);
    const cost = parts.reduce(
      (sum, [from, to]) => (sum < best.cost ? sum + repeats.costOf(from, to) : sum),
      name === old ? -5 : 0,
    );
    if (cost < best.cost) best = { cost, name, other: other ?? undefined };
    if (other) put(other, name);
  }
  put(binding, best.name);
  names.set(binding, best.name);
  if (best.other === undefined) return;
  put(best.other, old);
  names.set(best.other, old);
}

function partsAround(places: readonly number[], end: number): [number, number][] {
  const parts: [number, number][] = [];
  for (const place of places.slice(0, LOOKED_AT)) {
    const [from, to] = [Math.max(0, place - BEFORE), Math.min(end, place + BEHIND)];
    const last = parts.at(-1);
    if (last !== undefined && last[1] >= from) last[1] = to;
    else parts.push([from, to]);
  }
  return parts;
}
