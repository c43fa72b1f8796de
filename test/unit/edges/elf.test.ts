import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { missingLibraries } from "../../../src/edges/files/formats/elf.ts";

/** What is in /lib; undefined: there is no such folder, as on NixOS. */
let loaders: string[] | undefined;
vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    readdirSync: (folder: string) =>
      folder === "/lib" ? (loaders ?? real.readdirSync("/nonexistent")) : real.readdirSync(folder),
  };
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-elf-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A library that wants another one of this name, which is gone. */
function wanting(name: string): string {
  const [source, file] = [path.join(folder, "empty.c"), path.join(folder, `wants-${name}`)];
  fs.writeFileSync(source, "");
  const cc = (...words: string[]) => execFileSync("cc", ["-shared", "-nostdlib", "-Wl,--no-as-needed", ...words]);
  cc("-o", path.join(folder, name), source, `-Wl,-soname,${name}`);
  cc("-o", file, source, path.join(folder, name));
  fs.rmSync(path.join(folder, name));
  return file;
}

test("musl's loader has the C library in itself, by any name", () => {
  const [musl, other] = [wanting("libc.musl-x86_64.so.1"), wanting("libnone.so.1")];
  expect(missingLibraries(musl)).toEqual(["libc.musl-x86_64.so.1"]);
  loaders = ["ld-musl-x86_64.so.1"];
  expect(missingLibraries(musl)).toEqual([]);
  expect(missingLibraries(other)).toEqual(["libnone.so.1"]);
});
