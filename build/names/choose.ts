import type { Binding, Scope } from "./bindings.ts";
import { Repeats } from "./repeats.ts";

export type Names = Map<Binding, string>;
export type Conflicts = ReadonlyMap<Binding, ReadonlySet<Binding>>;

interface Choice {
  readonly text: Buffer;
  readonly placesOf: ReadonlyMap<Binding, readonly number[]>;
  readonly conflicts: Conflicts;
  /** Become those that the text has. */
  readonly names: Names;
  /** Take another letter each. */
  readonly local: ReadonlySet<Binding>;
  /** Those of one scope change names with each other. */
  readonly shared: ReadonlySet<Binding>;
}

/** In the order in which swc takes them. */
export const LETTERS = "etnrioasulcdfphmvgyw$kbx_jSAOEDPCL";
/** How much of the text around a name has a part in the choice. */
const BEFORE = 20;
const BEHIND = 20;
/** Places of one name that are looked at. */
const LOOKED_AT = 12;
/** In tenths of bits: by less nothing is changed. */
const WORTH = 5;
/** Of the names that something shared could take, these letters they begin with, and so many of each. */
const BEGINNINGS = 16;
const OF_EACH = 8;
/** How often all is gone through: what was chosen first knew nothing of what came later. */
const ROUNDS = 2;
/** After so many changes it is looked anew where what stands. */
const CHANGES = 200;

/** A name to take, and what gives it up for the old one. */
interface Option {
  readonly name: string;
  readonly other?: Binding | undefined;
}

/** By name, the one that has it; `null` where several do. */
export function takenBy(binding: Binding, conflicts: Conflicts, names: Names): Map<string, Binding | null> {
  const taken = new Map<string, Binding | null>();
  for (const other of conflicts.get(binding) ?? []) {
    const name = names.get(other) as string;
    taken.set(name, taken.has(name) ? null : other);
  }
  return taken;
}

/** One behind another as they first stand in the text; those that are shared in the first round alone, since each takes long. */
export function choose(choice: Choice): void {
  const { text, placesOf, names, local, shared } = choice;
  const repeats = new Repeats(text);
  const peers = new Map<Scope, Binding[]>();
  for (const one of shared) peers.set(one.scope, [...(peers.get(one.scope) ?? []), one]);
  let changes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const binding of names.keys()) {
      if (!local.has(binding) && (round > 0 || !shared.has(binding))) continue;
      const places = (placesOf.get(binding) as readonly number[]).slice(0, LOOKED_AT);
      const often = repeats.oftenHere(places, (names.get(binding) as string).length);
      const options = local.has(binding)
        ? lettersFor(choice, binding, often)
        : namesFor(choice, binding, often, peers.get(binding.scope) ?? []);
      const best = cheapest(choice, repeats, binding, options);
      if (best === undefined) continue;
      take(choice, binding, best);
      changes += 1;
      if (changes % CHANGES === 0) repeats.index();
    }
  }
}

function lettersFor({ conflicts, names, local }: Choice, binding: Binding, often: readonly string[]): Option[] {
  const taken = takenBy(binding, conflicts, names);
  return often.flatMap((name): Option[] => {
    if (!LETTERS.includes(name)) return [];
    const other = taken.get(name);
    if (other === undefined) return [{ name }];
    return other !== null && local.has(other) && canTake(conflicts, names, other, binding) ? [{ name, other }] : [];
  });
}

/** Whether it can have the name of another, which gives that up. */
function canTake(conflicts: Conflicts, names: Names, binding: Binding, from: Binding): boolean {
  const name = names.get(from);
  for (const one of conflicts.get(binding) ?? []) if (one !== from && names.get(one) === name) return false;
  return true;
}

/** Names of what comes later, which begin as what often stands here. */
function namesFor(choice: Choice, binding: Binding, often: readonly string[], peers: readonly Binding[]): Option[] {
  const { placesOf, conflicts, names } = choice;
  const first = placesOf.get(binding)?.[0] as number;
  const left = new Map(often.slice(0, BEGINNINGS).map((letter) => [letter, OF_EACH]));
  const later = peers.filter((other) => {
    const [letter = ""] = names.get(other) as string;
    if ((placesOf.get(other)?.[0] as number) <= first || !left.get(letter)) return false;
    left.set(letter, (left.get(letter) as number) - 1);
    return canTake(conflicts, names, other, binding) && canTake(conflicts, names, binding, other);
  });
  return later.map((other) => ({ name: names.get(other) as string, other }));
}

function cheapest(choice: Choice, repeats: Repeats, binding: Binding, options: readonly Option[]): Option | undefined {
  const { names, local } = choice;
  const old = names.get(binding) as string;
  const alone = partsOf(choice, [binding]);
  const aloneBefore = costOf(repeats, alone, Number.POSITIVE_INFINITY);
  let best: Option | undefined;
  let most = WORTH;
  for (const option of options) {
    if (option.name === old) continue;
    // Something shared that comes later can still take another name.
    const isAlone = option.other === undefined || !local.has(binding);
    const parts = isAlone ? alone : partsOf(choice, [binding, option.other as Binding]);
    const before = isAlone ? aloneBefore : costOf(repeats, parts, Number.POSITIVE_INFINITY);
    if (option.other !== undefined) write(choice, option.other, old);
    write(choice, binding, option.name);
    const spared = before - costOf(repeats, parts, before - most);
    if (spared > most) [best, most] = [option, spared];
    if (option.other !== undefined) write(choice, option.other, option.name);
    write(choice, binding, old);
  }
  return best;
}

/** Of these parts of the text; of some of them where that is more than the limit. */
function costOf(repeats: Repeats, parts: readonly Part[], limit: number): number {
  return parts.reduce((sum, [from, to]) => (sum < limit ? sum + repeats.costOf(from, to) : sum), 0);
}

function take(choice: Choice, binding: Binding, { name, other }: Option): void {
  const old = choice.names.get(binding) as string;
  for (const [one, its] of [...(other === undefined ? [] : [[other, old] as const]), [binding, name] as const]) {
    write(choice, one, its);
    choice.names.set(one, its);
  }
}

function write({ text, placesOf }: Choice, binding: Binding, name: string): void {
  for (const place of placesOf.get(binding) ?? []) {
    for (let at = 0; at < name.length; at += 1) text[place + at] = name.charCodeAt(at);
  }
}

type Part = [from: number, to: number];

/** What stands around these names. */
function partsOf({ text, placesOf }: Choice, bindings: readonly Binding[]): Part[] {
  const places = bindings.flatMap((one) => (placesOf.get(one) as readonly number[]).slice(0, LOOKED_AT));
  const parts: Part[] = [];
  for (const place of places.sort((one, next) => one - next)) {
    const [from, to] = [Math.max(0, place - BEFORE), Math.min(text.length, place + BEHIND)];
    const last = parts.at(-1);
    if (last !== undefined && last[1] >= from) last[1] = to;
    else parts.push([from, to]);
  }
  return parts;
}
