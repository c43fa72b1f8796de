import type { GroupTable } from "../files/groups.ts";
import type { ProjectTable } from "../files/pyproject.ts";
import { normalizeName, requirementHead } from "../packages.ts";

/** A group or an extra; its name normalized. */
export interface Part {
  readonly what: "group" | "extra";
  readonly name: string;
}

/** What each part asks for in its turn: groups by `include-group`, extras by a requirement of the project's own name. */
export type Brought = ReadonlyMap<string, readonly Part[]>;

/** Reads it from the groups and extras of one pyproject.toml or more. */
export function readBrought(
  tables: readonly { readonly project: ProjectTable | undefined; readonly groups: GroupTable }[],
): Brought {
  const brought = new Map<string, readonly Part[]>();
  for (const { project, groups } of tables) {
    const own = project?.name === undefined ? undefined : normalizeName(project.name);
    const extrasIn = (text: string): Part[] => {
      const head = requirementHead(text);
      return head === undefined || head.name !== own ? [] : head.extras.map((name) => ({ what: "extra", name }));
    };
    for (const [name, entries] of groups.entries) {
      const parts = entries.flatMap((entry): Part[] => {
        if ("include" in entry) return [{ what: "group", name: entry.include }];
        return "requirement" in entry ? extrasIn(entry.requirement) : [];
      });
      add(brought, { what: "group", name }, parts);
    }
    for (const [name, texts] of Object.entries(project?.extras ?? {}))
      add(brought, { what: "extra", name }, texts.flatMap(extrasIn));
  }
  return brought;
}

/** These parts and all that they bring with them. */
export function withBrought(parts: readonly Part[], brought: Brought): Part[] {
  const found = new Map<string, Part>();
  const waiting = [...parts];
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    if (found.has(keyOf(part))) continue;
    found.set(keyOf(part), part);
    waiting.push(...(brought.get(keyOf(part)) ?? []));
  }
  return [...found.values()];
}

/** A selection as parts. */
export function choicesOf({
  extras,
  groups,
}: {
  readonly extras: readonly string[];
  readonly groups: readonly string[];
}): Part[] {
  return [
    ...groups.map((name) => ({ what: "group", name }) as const),
    ...extras.map((name) => ({ what: "extra", name }) as const),
  ];
}

function add(brought: Map<string, readonly Part[]>, part: Part, parts: readonly Part[]): void {
  brought.set(keyOf(part), [...(brought.get(keyOf(part)) ?? []), ...parts]);
}

function keyOf({ what, name }: Part): string {
  return `${what} ${name}`;
}
