import { parseSync } from "@swc/core";

/** One occurrence of a name in the code, which is ASCII alone. */
interface Occurrence {
  readonly name: string;
  readonly start: number;
  /** swc's number of the scope that declares the name. */
  readonly mark: number;
  readonly scope: Scope;
  /** Whether it also names a property, as in `{name}`. */
  readonly isShorthand: boolean;
}

export interface Scope {
  readonly parent: Scope | undefined;
  readonly depth: number;
}

/** A variable, function or class: what a name stands for. */
export interface Binding {
  readonly name: string;
  readonly isDeclared: boolean;
  /** The scope that declares it, or one around that. */
  readonly scope: Scope;
  readonly occurrences: readonly Occurrence[];
  /** The scopes in which nothing else may be declared under this name. */
  readonly visible: ReadonlySet<Scope>;
}

interface Node {
  readonly type?: string;
  readonly ctxt?: number;
  readonly span: { readonly start: number };
  readonly value: string;
  readonly body: Node;
}

/** A name behind the code that nothing declares; it shows which number the parser gives to such names. */
const NOBODYS = "nobody$";

/** Statements with a scope that the parser gives no number. */
const SCOPES = new Set(["ForStatement", "ForInStatement", "ForOfStatement"]);

const SHORTHANDS = new Set(["AssignmentPatternProperty.key", "ObjectExpression.properties"]);

/** All bindings of the code, in the order in which they first occur. */
export function bindingsOf(code: string): Binding[] {
  const { root, occurrences, scopeOf, nobodys } = occurrencesOf(code);
  const byName = new Map<string, Occurrence[]>();
  for (const one of occurrences) {
    const key = `${one.mark} ${one.name}`;
    byName.set(key, [...(byName.get(key) ?? []), one]);
  }
  return [...byName.values()].map((all) => {
    const { name, mark } = all[0] as Occurrence;
    const scope = scopeOf.get(mark) ?? root;
    const visible = new Set([scope]);
    for (const { scope: within } of all) {
      for (let at = within; !visible.has(at); at = at.parent) {
        visible.add(at);
        if (at.parent === undefined) throw new Error(`${name} stands outside of what declares it`);
      }
    }
    return { name, isDeclared: mark !== nobodys, scope, occurrences: all, visible };
  });
}

/**
 * For each occurrence of a name, a number for the binding that it stands for: two texts with the same numbers mean the
 * same.
 */
export function meaningsOf(code: string): number[] {
  const numbers = new Map<string, number>();
  return occurrencesOf(code).occurrences.map(({ mark, name }) => {
    const key = `${mark} ${name}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function occurrencesOf(code: string) {
  const script = parseSync(`${code}\n;${NOBODYS}`, {
    syntax: "ecmascript",
    target: "es2022",
    isModule: false,
  } as never) as unknown as Node;
  const from = script.span.start - code.search(/\S/);
  const root: Scope = { parent: undefined, depth: 0 };
  const occurrences: Occurrence[] = [];
  const numbered = new Map<number, Scope>();
  const found = (node: Node, scope: Scope, isShorthand: boolean) => {
    const name = node.value;
    const start = node.span.start - from;
    if (name !== NOBODYS && code.slice(start, start + name.length) !== name)
      throw new Error(`${name} is not at ${start}: is all of it ASCII?`);
    if (node.ctxt !== 0) occurrences.push({ name, start, mark: node.ctxt as number, scope, isShorthand }); // a label has none
  };
  const begun = (scope: Scope, mark: number | undefined): Scope => {
    const inner = { parent: scope, depth: scope.depth + 1 };
    if (mark && !numbered.has(mark)) numbered.set(mark, inner);
    return inner;
  };
  const walk = (node: Node, around: Scope, place: string) => {
    if (Array.isArray(node)) return node.forEach((one) => void (one && walk(one, around, place)));
    if (node.type === "Identifier") {
      return node.ctxt === undefined ? undefined : found(node, around, SHORTHANDS.has(place));
    }
    let scope = around;
    if (node.ctxt || SCOPES.has(node.type ?? "")) scope = begun(around, node.ctxt);
    if (node.type === "CatchClause") scope = begun(around, node.body.ctxt);
    for (const [key, value] of Object.entries(node as object)) {
      if (key === "span" || value === null || typeof value !== "object") continue;
      const part = `${node.type}.${key}`;
      walk(value as Node, part === "FunctionDeclaration.identifier" ? around : scope, part);
    }
  };
  walk(script, root, "");
  occurrences.sort((one, other) => one.start - other.start);
  const { mark: nobodys } = occurrences.pop() as Occurrence;
  numbered.set(nobodys, root);
  return { root, occurrences, scopeOf: declaring(occurrences, numbered), nobodys };
}

/** By the number of a scope, the innermost known scope around everything that it declares. */
function declaring(occurrences: readonly Occurrence[], numbered: ReadonlyMap<number, Scope>): Map<number, Scope> {
  const scopeOf = new Map(numbered);
  for (const { mark, scope } of occurrences) {
    if (!numbered.has(mark)) scopeOf.set(mark, around(scopeOf.get(mark) ?? scope, scope));
  }
  return scopeOf;
}

function around(one: Scope, other: Scope): Scope {
  if (one === other) return one;
  return one.depth >= other.depth ? around(one.parent as Scope, other) : around(one, other.parent as Scope);
}
