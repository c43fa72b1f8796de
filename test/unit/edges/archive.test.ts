import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { Header } from "tar/header";
import { Pax } from "tar/pax";
import { afterAll, describe, expect, it } from "vitest";
import { type ArchiveEntry, archiveGuard, lookInto, unpackerOf } from "../../../src/edges/files/formats/archive.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-archive-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const file = (name: string, more: Partial<ArchiveEntry> = {}) => {
  return { path: name, type: "File", mode: 0o644, size: 1, linkpath: "", ...more };
};
const link = (name: string, linkpath: string) => file(name, { type: "SymbolicLink", size: 0, linkpath });
const hard = (name: string, linkpath: string) => file(name, { type: "Link", size: 0, linkpath });

describe("an archive must not be unpacked", () => {
  it.each<[string, ArchiveEntry[], RegExp]>([
    ["that climbs out", [file("py/../../x")], /written outside/],
    ["that begins at the root", [file("/etc/x")], /written outside/],
    ["with a second folder", [file("py/a"), file("other/b")], /beside its one folder/],
    ["with a device", [file("py/a", { type: "CharacterDevice" })], /a device/],
    ["with a pipe", [file("py/a", { type: "FIFO" })], /a device/],
    ["with a setuid file", [file("py/a", { mode: 0o4755 })], /sets the user/],
    ["with a setgid file", [file("py/a", { mode: 0o2755 })], /sets the user/],
    ["with an absolute link", [link("py/a", "/etc/passwd")], /leads out/],
    ["with a link out of the folder", [link("py/a", "../x")], /leads out/],
    ["with a link out of it from below", [link("py/lib/a", "../../x")], /leads out/],
    ["with a link by way of another", [link("py/l", "."), link("py/m", "l/../x")], /leads out/],
    ["that writes through a link", [link("py/l", "lib"), file("py/l/x")], /through a link/],
    ["with a hard link to the outside", [hard("py/a", "/etc/passwd")], /links to/],
    ["with a hard link to a link", [link("py/lib/l", "../x"), hard("py/a", "py/lib/l")], /links to/],
    ["that fills the disk", [file("py/a", { size: 5e9 })], /more than any interpreter/],
  ])("%s", (_, entries, message) => {
    const guard = archiveGuard();
    expect(entries.map((entry) => guard(entry) ?? "").join("")).toMatch(message);
  });

  it("and all else may be", () => {
    const guard = archiveGuard();
    const fine = [
      file("py/", { type: "Directory", mode: 0o2755 }),
      file("./py/bin/python3.12"),
      link("py/bin/python", "python3.12"),
      link("py/share/man/man1/python.1", "../../../lib/x"),
      hard("py/bin/python3", "py/bin/python3.12"),
    ];
    expect(fine.map(guard)).toEqual(fine.map(() => undefined));
  });
});

/** A tar archive by its headers. */
function tar(...entries: { header: ConstructorParameters<typeof Header>[0]; text?: string }[]): Buffer {
  const parts = entries.flatMap(({ header, text = "" }) => {
    const body = Buffer.from(text);
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, size: body.length, ...(header as object) }).encode(block, 0);
    return [block, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

async function look(bytes: Buffer, isWanted?: (name: string) => boolean) {
  const at = path.join(folder, "one.tar");
  fs.writeFileSync(at, bytes);
  return lookInto(at, unpackerOf(at) as () => NodeJS.ReadWriteStream, isWanted);
}

describe("looking into an archive", () => {
  const long = `py/${"x".repeat(150)}/y`;
  const whole = tar(
    { header: { path: "py/", type: "Directory" } },
    { header: { path: "././@LongLink", type: "NextFileHasLongPath" }, text: `${long}\0` },
    { header: { path: "short", type: "File" }, text: "1" },
    { header: { path: "py/patchlevel.h", type: "File" }, text: "text" },
  );

  it("resolves long names and reads what is asked for, packed or not", async () => {
    for (const bytes of [whole, gzipSync(whole)]) {
      const { why, names, texts } = await look(bytes, (name) => name.endsWith(".h"));
      expect(why).toBeUndefined();
      expect(names).toEqual(["py/", long, "py/patchlevel.h"]);
      expect([...texts]).toEqual([["py/patchlevel.h", "text"]]);
    }
  });

  it("judges the names that attributes give", async () => {
    const attributes = new Pax({ path: "../out" }).encode();
    const { why } = await look(Buffer.concat([attributes, tar({ header: { path: "py/a", type: "File" } })]));
    expect(why).toMatch(/written outside/);
  });

  it.each([
    ["cut off", gzipSync(whole).subarray(0, -40)],
    ["cut off within a file", whole.subarray(0, 1800)],
    ["none", Buffer.from("<html>".repeat(200))],
    ["altered", Buffer.concat([Buffer.alloc(512, 7), whole])],
  ])("one that is %s is called so", async (_, bytes) => {
    expect((await look(bytes)).why).toMatch(/it is torn, or no archive/);
  });

  it("an empty one holds nothing", async () => {
    expect((await look(Buffer.alloc(1024))).why).toBe("nothing is in it");
  });
});
