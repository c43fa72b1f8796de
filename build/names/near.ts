import type { Place, ShortLines } from "../lines.ts";
import { type Binding, bindingsOf, meaningsOf, type Scope } from "./bindings.ts";
import { type Conflicts, choose, LETTERS, type Names, takenBy } from "./choose.ts";

/**
 * A scope that declares more names is one of the groups (build/plugins/groups.ts) or the scope around them: its names
 * have two letters.
 */
const CROWDED = 60;

/**
 * Gives local names other letters: those with which the text around them repeats most of the text before, for which the
 * launcher takes a fortieth less room gzipped. The code is ASCII alone. Throws when a name would come to stand for
 * something else.
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
  const local = new Set(locals.filter((one) => names.get(one)?.length === 1));
  const isShared = (one: Binding) => one.isDeclared && !local.has(one) && one.name.length === 2;
  choose({ text, placesOf, conflicts, names, local, shared: new Set(bindings.filter(isShared)) });
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

/** By binding, those that must not have the same name. */
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

/** The code with these names, where each of them is in it, and how its places were before. */
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
