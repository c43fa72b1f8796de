import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { placeInSources } from "../../../build/place-in-sources.ts";
import { buildProgram, type Program, ROOT } from "../../../build/program.ts";
import { checkers } from "../../support/checkouts/checkers.ts";
import { LAUNCHER, sandbox } from "../../support/sandbox.ts";

/** The sources in another place with other contents, built there. */
async function builtWith(changes: Readonly<Record<string, (text: string) => string>>): Promise<Program> {
  const { base } = sandbox();
  const root = path.join(base, "sources");
  for (const name of ["src", "package.json", "tsconfig.json", "prime.schema.json", "LICENSE"]) {
    fs.cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
  }
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(root, "node_modules"));
  for (const [name, change] of Object.entries(changes)) {
    const file = path.join(root, name);
    fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
  }
  return buildProgram(root);
}

/** Texts that minifiers write in several ways. */
const MORE = [`it's a "word", \`$HOME\` \\ `.repeat(100), "\t tab\n\n\ttab, gr\u00fc\u00dfe", "JAVASCRIPT", "*/"];

const BUILDS: Readonly<Record<string, () => Promise<string>>> = {
  "as it is committed": async () => fs.readFileSync(LAUNCHER, "utf8"),
  "of another version": async () => {
    const change = (text: string): string => text.replace(/"version": "[^"]+"/, '"version": "12.34.56-rc.7"');
    return (await builtWith({ "package.json": change })).text;
  },
  "with other libraries and long texts in it": async () => (await withMore()).text,
};

const withMore = (): Promise<Program> =>
  builtWith({
    "src/main.ts": (text) => `import * as v from "valibot";\nimport * as schema from "@valibot/to-json-schema";\n${text}
export const more = [v, schema, ...${JSON.stringify(MORE)}];
if (process.env.THROW_ON_PURPOSE) throw new Error("on purpose");\n`,
  });

/** In a repo without any attributes, so that nothing is left out. */
function committed(text: string) {
  const box = sandbox({ git: true });
  box.file("prime", text, { mode: 0o755 });
  box.git("add", "prime");
  box.git("commit", "--quiet", "--message", "Add prime");
  const check = (name: string, ...args: string[]) => {
    const env = { ...box.env, PATH: `${checkers()}:${box.env.PATH}` };
    const { status, stdout, stderr } = spawnSync(name, [...args, "prime"], { cwd: box.root, env, encoding: "utf8" });
    return { status, said: stdout + stderr };
  };
  return { box, check };
}

const FINE = { status: 0, said: "" };

it("tells where an error comes from, by a build of the same sources", async () => {
  const program = await withMore();
  const { box } = committed(program.text);
  const { stderr } = await box.run(["--version"], { env: { THROW_ON_PURPOSE: "1" } });
  const [, line, column] = /Error: on purpose\n +at .*\/prime:(\d+):(\d+)\)?\n/.exec(stderr) ?? [];
  expect(placeInSources(program, Number(line), Number(column))).toMatch(/^src\/main\.ts:\d+:\d+$/);
});

describe.each(Object.entries(BUILDS))("the launcher %s", async (name, build) => {
  const launcher = await build();

  it("starts, and tells its version", async () => {
    const { box } = committed(launcher);
    expect(await box.run(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it("is sound sh for shellcheck", () => {
    const { check } = committed(launcher);
    expect(check("shellcheck")).toEqual(FINE);
  });

  it("holds nothing that looks like a secret", () => {
    const { check } = committed(launcher);
    expect(check("detect-secrets-hook", "--no-verify")).toEqual(FINE);
    expect(
      check(
        "detect-secrets-hook",
        "--no-verify",
        "--disable-filter",
        "detect_secrets.filters.heuristic.is_likely_id_string",
      ),
    ).toEqual(FINE);
  });

  it("leaves the fixers and checks of pre-commit-hooks nothing to do", () => {
    const { box, check } = committed(launcher);
    for (const [name, ...args] of [
      ["end-of-file-fixer"],
      ["trailing-whitespace-fixer"],
      ["mixed-line-ending"],
      ["mixed-line-ending", "--fix=lf"],
      ["fix-byte-order-marker"],
      ["check-executables-have-shebangs"],
      ["check-shebang-scripts-are-executable"],
      ["check-case-conflict"],
      ["check-merge-conflict", "--assume-in-merge"],
      ["check-symlinks"],
      ["destroyed-symlinks"],
      ["check-vcs-permalinks"],
      ["detect-private-key"],
      ["detect-aws-credentials", "--allow-missing-credentials"],
      ["forbid-new-submodules"],
    ] as [string, ...string[]][]) {
      expect([name, check(name, ...args)]).toEqual([name, FINE]);
    }
    expect(fs.readFileSync(box.launcher, "utf8") === launcher).toBe(true);
    const most = name.includes("other libraries") ? 1000 : 900;
    expect(check("check-added-large-files", "--enforce-all", `--maxkb=${most}`)).toEqual(FINE);
  });

  it("has no white space that git minds, and is text for it", () => {
    const { box } = committed(launcher);
    const empty = execFileSync("git", ["hash-object", "-t", "tree", "/dev/null"], { encoding: "utf8" }).trim();
    expect(box.git("diff", "--check", empty, "HEAD")).toBe("");
    expect(box.git("diff", "--numstat", empty, "HEAD")).toMatch(/^\d+\t0\tprime\n$/);
  });

  it("tells cspell to leave it out before the first word that cspell does not know", () => {
    const [words = ""] = launcher.split("cspell:disable");
    expect(words).toBe("#!/bin/sh -f\ntrue /* prime: makes the environment of this repo. ");
  });

  it("is as an .editorconfig wants it, whatever that says of indentation and line length", () => {
    expect(editorconfigFaults(launcher)).toEqual([]);
    expect(editorconfigFaults(launcher.replace("editorconfig-checker-disable", "")).length).toBeGreaterThan(100);
  });
});

/**
 * What editorconfig-checker says of a file by its defaults, under an .editorconfig that asks for all of UTF-8, LF, a final
 * newline, no trailing white space, four spaces and 80 columns. Its binary is in no package index; these are its rules as
 * of version 3: `…-disable` leaves out its own line and all that follow, but nothing that is asked of the whole file.
 */
function editorconfigFaults(text: string): string[] {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => line.includes("editorconfig-checker-disable"));
  const faults = lines
    .slice(0, end < 0 ? lines.length : end)
    .flatMap((line, index) => [
      ...(/[ \t]$/.test(line) ? [`${index + 1}: trailing white space`] : []),
      ...(/^(?: {4})*(?: \* ?|[^ \t]|$)/.test(line) ? [] : [`${index + 1}: indentation`]),
      ...(line.length <= 80 ? [] : [`${index + 1}: line length`]),
    ]);
  return [
    ...faults,
    ...(text.endsWith("\n") ? [] : ["final newline"]),
    ...(text.includes("\r") ? ["line ends"] : []),
    ...(/[^\0-\x7f]/.test(text) ? ["charset"] : []),
  ];
}
