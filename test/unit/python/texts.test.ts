import { expect, test } from "vitest";
import * as texts from "../../../src/python/texts/texts.ts";

test.each(Object.entries(texts))("%s is ASCII: Python 3.6 takes nothing else by -c under the C locale", (_, text) => {
  expect(text.length).toBeGreaterThan(0);
  expect(text).toMatch(/^[\n -~]*$/);
});
