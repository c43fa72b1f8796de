import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { ENTRY, grouped, nested, ordering } from "../../../build/plugins/groups.ts";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-groups-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Both doctor and init want the version, which the start does not; all tell when they are run. */
const SOURCES: Readonly<Record<string, string>> = {
  "src/main.ts": `import { tell } from "./tell.ts"; tell("main");
    export const told = (async () => {
      (await import("./commands/doctor/doctor.ts")).doctor();
      (await import("./commands/doctor/doctor.ts")).doctor();
      const { init } = await import("./commands/init/init.ts");
      init();
      return globalThis.told;
    })();
    globalThis.result = told;`,
  "src/tell.ts": `export const tell = (name: string) => { (globalThis.told ??= []).push(name); }; tell("tell");`,
  "src/version.ts": `import { tell } from "./tell.ts"; tell("version"); export const version = "1";`,
  "src/commands/doctor/doctor.ts": `import { tell } from "../../tell.ts"; import { version } from "../../version.ts";
    tell("doctor"); export const doctor = () => tell("doctor " + version);`,
  "src/commands/init/init.ts": `import { tell } from "../../tell.ts"; import { version } from "../../version.ts";
    tell("init"); export const init = () => tell("init " + version); export const unasked = () => tell("unasked");`,
};

for (const [file, text] of Object.entries(SOURCES)) {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
}

const options = {
  absWorkingDir: folder,
  outfile: "out.js",
  bundle: true,
  write: false,
  metafile: true,
  format: "cjs",
  platform: "node",
} as const;
const { metafile } = await build({ ...options, entryPoints: ["src/main.ts"] });
const groups = grouped(metafile, "src/main.ts");

describe("groups of modules", () => {
  it("hold what one of them wants, and around them what more do", () => {
    expect(Object.fromEntries(groups.groupOf)).toEqual({
      "src/main.ts": "core",
      "src/tell.ts": "core",
      "src/version.ts": "rest",
      "src/commands/doctor/doctor.ts": "doctor",
      "src/commands/init/init.ts": "init",
    });
  });

  it("are run when a module of theirs is asked for, once, those around them first", async () => {
    const { outputFiles } = await build({ ...options, entryPoints: [ENTRY], plugins: [ordering(groups)] });
    const text = nested(outputFiles[0]?.text ?? "", groups);
    expect(text.split("\n")).toHaveLength((outputFiles[0]?.text ?? "").split("\n").length);
    expect(text).not.toContain("unasked");
    expect(text).not.toMatch(/\)\s*\.doctor\(|\{ init[: }]/);
    const file = path.join(folder, "bundle.cjs");
    fs.writeFileSync(file, text);
    createRequire(import.meta.url)(file);
    const { result } = globalThis as unknown as { result: Promise<string[]> };
    expect(await result).toEqual(["tell", "main", "version", "doctor", "doctor 1", "doctor 1", "init", "init 1"]);
  });

  it("are refused where a module would not see what it imports", async () => {
    const { outputFiles } = await build({ ...options, entryPoints: [ENTRY], plugins: [ordering(groups)] });
    const wrong = {
      ...groups,
      imports: (file: string) =>
        file === "src/tell.ts" ? [{ path: "src/version.ts", kind: "import-statement" }] : groups.imports(file),
    };
    expect(() => nested(outputFiles[0]?.text ?? "", wrong)).toThrow(
      "src/tell.ts of the group core does not see src/version.ts in rest",
    );
  });
});
