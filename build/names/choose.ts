import type { Binding, Scope } from "./bindings.ts";
import { Repeats } from "./repeats.ts";

export type Names = Map<Binding, string>;
export type Conflicts = ReadonlyMap<Binding, ReadonlySet<Binding>>;

interface Choice {
  readonly text: Buffer;
  readonly placesOf: ReadonlyMap<Binding, readonly number[]>;
  readonly conflicts: Conflicts;
  /** The names that the text has; changed here. */
  readonly names: Names;
  /** Bindings that get another letter each. */
  readonly local: ReadonlySet<Binding>;
  /** Bindings that exchange names with others of the same scope. */
  readonly shared: ReadonlySet<Binding>;
}

/** In the order in which swc takes them. */
export const LETTERS = "etnrioasulcdfphmvgyw$kbx_jSAOEDPCL";
/** So many characters around a name have a part in the choice. */
const BEFORE = 20;
const BEHIND = 20;
/** The most places of one name that are looked at. */
const LOOKED_AT = 12;
/** In tenths of bits: a change that saves less is not made. */
const WORTH = 5;
/** Of the names that a shared binding could take, those with so many beginnings are tried, and so many with each. */
const BEGINNINGS = 16;
const OF_EACH = 8;
/** How often all bindings are gone through: the first choices knew nothing of the later ones. */
const ROUNDS = 2;
/** After so many changes the repeats are indexed anew. */
const CHANGES = 200;

/** A name to take, and the binding that has it and takes the old one in exchange. */
interface Option {
  readonly name: string;
  readonly other?: Binding | undefined;
}

/** By name, the binding that has it among those in conflict; `null` when several have it. */
export function takenBy(binding: Binding, conflicts: Conflicts, names: Names): Map<string, Binding | null> {
  const taken = new Map<string, Binding | null>();
  for (const other of conflicts.get(binding) ?? []) {
    const name = names.get(other) as string;
    taken.set(name, taken.has(name) ? null : other);
  }
  return taken;
}

/**
 * Chooses names for the bindings, in the order in which they first occur. Shared bindings are chosen in the first round
 * alone, since each takes long.
 */
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

/** Whether a binding can have the name of another one, which gives it up. */
function canTake(conflicts: Conflicts, names: Names, binding: Binding, from: Binding): boolean {
  const name = names.get(from);
  for (const one of conflicts.get(binding) ?? []) if (one !== from && names.get(one) === name) return false;
  return true;
}

/** Names of bindings that come later, which begin with letters that often stand here. */
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
    // A shared binding that comes later can still take another name.
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

/** The cost of these parts of the text; stops adding once it is more than the limit. */
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

/** The parts of the text around these names. */
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
