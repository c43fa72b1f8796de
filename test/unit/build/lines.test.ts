import { expect, it } from "vitest";
import { withShortLines } from "../../../build/lines.ts";

const LONG = 'const a=[1,2,3];const b=`x,\n${a.map(n=>{return n})},y`;if(/[,;]{/.test("{;,"))throw a;b';

it.each([1, 5, 20, 1000])("ends lines behind %i columns where that changes nothing", (limit) => {
  const { code, before } = withShortLines(LONG, limit);
  expect(new Function(`${code}`)).toBeTypeOf("function");
  expect(code.replaceAll("\n", "")).toBe(LONG.replaceAll("\n", ""));
  const lines = code.split("\n");
  const longLines = LONG.split("\n");
  for (const [line, text] of lines.entries()) {
    for (let column = 0; column < text.length; column += 1) {
      const was = before({ line, column });
      expect(longLines[was.line]?.[was.column]).toBe(text[column]);
    }
  }
});

it.each([1, 20, 1000])("spells the ends of comments otherwise where lines end behind %i columns", (limit) => {
  const long =
    'return[/a*/g.test("aa"),/[*/]x/.source.length,/^\\*/.test("*"),"*/",`*/\n${[1]}*/${2}*/`,/b*/.exec("bb")[0],"end"]';
  const { code, before } = withShortLines(long, limit);
  expect(code).not.toContain("*/");
  const [is, was] = [code, long].map((text) => new Function(text)());
  expect(is.toSpliced(1, 1)).toEqual(was.toSpliced(1, 1));
  const lines = code.split("\n");
  const line = lines.findLastIndex((text) => text.includes('"end"'));
  const place = before({ line, column: (lines[line] as string).indexOf('"end"') });
  expect(long.split("\n")[place.line]?.slice(place.column)).toBe('"end"]');
});
