import { readFileSync } from "node:fs";
import * as path from "node:path";
import { createContext, Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { bindingsOf } from "../../../build/names/bindings.ts";
import { withNearNames } from "../../../build/names/near.ts";
import { SHORTENED } from "../../../build/names/properties.ts";
import { SHARED, withShared, withSharedPaths } from "../../../build/names/shared.ts";

/** The program in the launcher that is committed. */
function committedProgram(): string {
  const launcher = readFileSync(path.join(import.meta.dirname, "../../../prime"), "latin1");
  return launcher.slice(launcher.indexOf("/*program\n") + "/*program\n".length, launcher.indexOf("\n})\n*/"));
}

/** Each gives a value, which must be the same with other names. */
const PROGRAMS = [
  "var a=(b,{c:d,e=3,...f},[g,h=b])=>[b,d,e,f,g,h];a(1,{c:2,z:4},[5])",
  "var a=b=>{let c=b;{let b=c+1;{let c=b+1;return[b,c]}}};a(1)",
  "var a=b=>{try{throw b}catch(b){let c=b;return`${b}${c}`}};a(7)",
  "var a=b=>{let c=[];for(let b=0;b<3;b++)c.push(()=>b);for(const d of c)c=[...c,d()];for(const e in{x:1})c.push(e);return[b,c.slice(3)]};a(1)",
  "var a=b=>{l:for(;;){for(;;){if(b++>3)break l;continue l}}return b};a(0)",
  "var a=function b(c){return c>0?b(c-1):typeof b};a(2)",
  "var a=class e{static t=5;n(e){return[e,this.t,new.target]}get r(){let e=1;{let t=e;return t}}set r(e){this.t=e}};new a().n(3)",
  "var a=e=>{let t={e,t:e};return{...t,n:{e}}};a(1)",
  "var a=e=>{var t;({e:t}=e);[e]=[t];return[e,t]};a({e:4})",
  "var a=(e,t=()=>e)=>{let n=t();return n+Math.max(e,2)};a(9)",
  "var a=async e=>{for await(const t of e)return t};typeof a([1])",
  "var a=e=>{switch(e){case 1:{let t=2;return e+t}default:var n=5;return n}};[a(1),a(2)]",
  "function a(e){return t(e)+1;function t(e){return e*2}}a(4)",
];

const resultOf = (code: string) => JSON.stringify(new Script(code).runInContext(createContext({ Buffer, URL })));

describe("names that repeat", () => {
  it.each(PROGRAMS)("mean the same in %s", (code) => {
    const repeated = `${code};`.repeat(3);
    const { code: named } = withNearNames(repeated);
    expect(resultOf(named)).toBe(resultOf(repeated));
  });

  it("are one letter each, whatever they were", () => {
    const { code } = withNearNames("var aa=(bb,cc)=>bb.cc(cc,{bb});");
    expect(code).toMatch(/^var aa=\((\w),(\w)\)=>\1\.cc\(\2,\{bb:\1\}\);$/);
  });

  it("are those that stood before around the same", () => {
    const { code } = withNearNames("var a=(e,t)=>t.join(`/`,e);var b=(n,r)=>r.join(`/`,n);");
    const [, first, second] = /^var a=\((\w),(\w)\)/.exec(code) ?? [];
    expect(code).toContain(`var b=(${first},${second})=>${second}.join(\`/\`,${first});`);
  });

  it("leave what is of nobody here, and what the text declares for itself as a whole", () => {
    const { code } = withNearNames("var ab=e=>process.env[e]??ab(Number(e));");
    expect(code).toMatch(/^var ab=(\w)=>process\.env\[\1\]\?\?ab\(Number\(\1\)\);$/);
  });

  it("are changed with each other where many are declared together, and leave what nothing declares", () => {
    const named = (at: number) => `${String.fromCharCode(97 + (at % 26))}${String.fromCharCode(65 + (at % 23))}`;
    const names = Array.from({ length: 80 }, (_, at) => named(at));
    const text = (order: number[]) => order.map((at) => `go(${names[at]},zq)`).join(";");
    const order = Array.from(names.keys());
    const asked = text(order.map((at) => (at * 37) % 80));
    const code = `var ${names.map((name) => `${name}=null`)};var r=[];var go=(a,b)=>r.push(a,b);${asked};r`;
    const { code: changed } = withNearNames(code.replace(/^/, "globalThis.zq=-1;"));
    expect(changed).toMatch(/,zq\)/);
    expect(changed.match(/var (.*?);/)?.[1]).not.toBe(code.match(/var (.*?);/)?.[1]);
    expect(resultOf(changed)).toBe(resultOf(code.replace(/^/, "globalThis.zq=-1;")));
  });

  it("tell where they were", () => {
    const long = "var aa=(bb,cc)=>`x\n${bb}`+f({cc},1);";
    const { code, before: placeBefore } = withNearNames(long);
    const column = (text: string, part: string) => (text.split("\n")[1] as string).indexOf(part);
    expect(placeBefore({ line: 1, column: column(code, ",1)") })).toEqual({ line: 1, column: column(long, ",1)") });
    expect(placeBefore({ line: 0, column: code.indexOf(")=>") })).toEqual({ line: 0, column: long.indexOf(")=>") });
  });
});

describe("what a name stands for", () => {
  it("is told by the innermost scope that declares it", () => {
    const bindings = bindingsOf("var a=e=>{{let e=1;e}return e};for(let e of a)e;");
    expect(bindings.map(({ name, occurrences }) => `${name}${occurrences.length}`)).toEqual(["a2", "e2", "e2", "e2"]);
    expect(new Set(bindings.map(({ scope }) => scope)).size).toBe(4);
  });

  it("is known of all in the launcher that is committed", () => {
    expect(bindingsOf(`${committedProgram()}\n})`).length).toBeGreaterThan(10_000);
  });
});

describe("a property that is shortened", () => {
  const program = committedProgram();

  it.each(SHORTENED)("is nowhere called %s: neither by a dot, nor as a key, nor by a text", (name) => {
    const asProperty = `[.{,]${name}[:,}=.()[;]`;
    const asText = `(["'\`])${name}\\1`;
    expect(new RegExp(`.{0,20}(?:${asProperty}|${asText}).{0,20}`).exec(program)?.[0]).toBeUndefined();
  });
});

describe("names that all modules share", () => {
  it("are variables that the bundle declares, for functions called by their whole names, in the same columns", () => {
    const bundle = `var a = require("node:fs"), b = Object.keys({x:1}).map(Object.keys), c = a.Object.keys(1), d = 2;`;
    const shared = withShared(bundle);
    expect(shared).toBe(
      `var a = $fs               , b = $Objectkeys({x:1}).map(Object.keys), c = a.Object.keys(1), d = 2;`,
    );
    expect(resultOf(`${SHARED.replace(/require\("\w+:\w+"\)/g, "{}")}$Objectkeys({x:1})`)).toBe('["x"]');
  });

  it("are those of node:path in the modules that call it path, and in no other", () => {
    const text = `\npath.join(path.sep, one.path.join(","));`;
    const own = `import path = require("node:path");${text}`;
    expect(withSharedPaths(own)).toBe(`import path = require("node:path");\n$pathjoin(path.sep, one.path.join(","));`);
    expect(withSharedPaths(text)).toBe(text);
  });
});
