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
