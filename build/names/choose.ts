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
const LOOKED_AT = 40;
/** In tenths of bits: by less nothing is changed. */
const WORTH = 5;
/** Of the names that something shared could take, these letters they begin with, and so many of each. */
const BEGINNINGS = 16;
const OF_EACH = 8;

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

/** One behind another as they first stand in the text, so that all before is chosen by then. */
export function choose(choice: Choice): void {
  const { text, placesOf, names, local, shared } = choice;
  const repeats = new Repeats(text);
  const peers = new Map<Scope, Binding[]>();
  for (const one of shared) peers.set(one.scope, [...(peers.get(one.scope) ?? []), one]);
  for (const binding of names.keys()) {
    if (!local.has(binding) && !shared.has(binding)) continue;
    const places = placesOf.get(binding) as readonly number[];
    repeats.settle(places[0] as number);
    const options = local.has(binding)
      ? lettersFor(choice, binding)
      : namesFor(choice, binding, peers.get(binding.scope) ?? [], repeats);
    take(choice, binding, cheapest(choice, repeats, binding, options));
  }
}

/** Nothing that stands before gives its letter up. */
function lettersFor({ placesOf, conflicts, names, local }: Choice, binding: Binding): Option[] {
  const taken = takenBy(binding, conflicts, names);
  const first = placesOf.get(binding)?.[0] as number;
  return Array.from(LETTERS).flatMap((name): Option[] => {
    const other = taken.get(name);
    if (other === undefined) return [{ name }];
    if (other === null || !local.has(other) || (placesOf.get(other)?.[0] as number) <= first) return [];
    return canTake(conflicts, names, other, binding) ? [{ name, other }] : [];
  });
}

/** Whether it can have the name of another, which gives that up. */
function canTake(conflicts: Conflicts, names: Names, binding: Binding, from: Binding): boolean {
  const name = names.get(from);
  for (const one of conflicts.get(binding) ?? []) if (one !== from && names.get(one) === name) return false;
  return true;
}

/** Names of what comes later, which begin as what has stood behind the same. */
function namesFor(choice: Choice, binding: Binding, peers: readonly Binding[], repeats: Repeats): Option[] {
  const { placesOf, conflicts, names } = choice;
  const places = placesOf.get(binding) as readonly number[];
  const beginnings = repeats.oftenBehind(places.slice(0, LOOKED_AT)).slice(0, BEGINNINGS);
  const left = new Map(beginnings.map((letter) => [letter, OF_EACH]));
  const later = peers.filter((other) => {
    const [letter = ""] = names.get(other) as string;
    if ((placesOf.get(other)?.[0] as number) <= (places[0] as number) || !left.get(letter)) return false;
    left.set(letter, (left.get(letter) as number) - 1);
    return canTake(conflicts, names, other, binding) && canTake(conflicts, names, binding, other);
  });
  return later.map((other) => ({ name: names.get(other) as string, other }));
}

function cheapest(choice: Choice, repeats: Repeats, binding: Binding, options: readonly Option[]): Option {
  const { text, placesOf, names } = choice;
  const parts = partsAround(placesOf.get(binding) as readonly number[], text.length);
  const costBelow = (limit: number) =>
    parts.reduce((sum, [from, to]) => (sum < limit ? sum + repeats.costOf(from, to) : sum), 0);
  const old = names.get(binding) as string;
  let best: Option = { name: old };
  let least = costBelow(Number.POSITIVE_INFINITY) - WORTH;
  for (const option of options) {
    if (option.name === old) continue;
    if (option.other !== undefined) write(choice, option.other, old);
    write(choice, binding, option.name);
    const cost = costBelow(least);
    if (cost < least) [best, least] = [option, cost];
    if (option.other !== undefined) write(choice, option.other, option.name);
  }
  write(choice, binding, old);
  return best;
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
