import { expect, it } from "vitest";
import { readLock, registriesIn } from "../../../src/project/files/uv/uv-lock.ts";

const [FIRST, SECOND] = ["https://one.invalid/simple", "../wheels of ours"];
const lockOf = (...sources: string[]) =>
  `version = 1\n${sources.map((source, at) => `\n[[package]]\nname = "p${at}"\nversion = "1"\n${source}\n`).join("")}`;

it.each([
  ["none", lockOf('source = { editable = "." }'), []],
  [
    "each once, in their order",
    lockOf(...[SECOND, FIRST, SECOND].map((one) => `source = { registry = "${one}" }`)),
    [SECOND, FIRST],
  ],
  [
    "not that of a dependency",
    lockOf(`dependencies = [\n    { name = "a", source = { registry = "${FIRST}" } },\n]`),
    [],
  ],
])("the registries of a lock as uv writes it are read without parsing it: %s", async (_, text, registries) => {
  expect(registriesIn(text)).toEqual(registries);
  expect((await readLock(text, "uv.lock")).registries).toEqual(registries);
});

it.each([
  ["another form", `[package.source]\nregistry = "${FIRST}"`],
  ["an escape", `source = { registry = "${FIRST.replace("/s", "\\u002Fs")}" }`],
])("a lock by other hands may show fewer: %s", async (_, source) => {
  expect(registriesIn(lockOf(source))).toEqual([]);
  expect((await readLock(lockOf(source), "uv.lock")).registries).toEqual([FIRST]);
});
