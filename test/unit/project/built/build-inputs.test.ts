import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { relevantContents } from "../../../../src/project/built/build-inputs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "prime-unit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function digest(text: string): Promise<string | undefined> {
  const file = path.join(folder, "pyproject.toml");
  writeFileSync(file, text);
  return (await relevantContents([{ kind: "file", path: file }]))[file];
}

const PROJECT = '[project]\nname = "x"\ndependencies = ["a"]\n';

test("settings of linters, layout and comments do not count", async () => {
  const plain = await digest(PROJECT);
  expect(
    await digest(`# a comment\n${PROJECT}\n[tool.ruff]\nline-length = 99\n[tool.pytest.ini_options]\naddopts = "-q"\n`),
  ).toBe(plain);
});

test("requirements, build settings and unknown tools count", async () => {
  const plain = await digest(PROJECT);
  for (const changed of [
    PROJECT.replace('"a"', '"a", "b"'),
    `${PROJECT}[tool.setuptools]\npackages = []\n`,
    `${PROJECT}[tool.some-backend]\nx = 123456789012345678901\n`,
    `${PROJECT}[build-system]\nrequires = []\n`,
  ]) {
    expect(await digest(changed)).not.toBe(plain);
  }
});

test("other files count whole", async () => {
  expect(await relevantContents([{ kind: "file", path: path.join(folder, "setup.py") }])).toEqual({});
});
