import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BUDGET, faultsOf, firstDifference } from "../../../build/checks.ts";
import { bundledPackages } from "../../../build/notices.ts";
import { placeInSources } from "../../../build/place-in-sources.ts";
import { buildProgram, launcherText, ROOT } from "../../../build/program.ts";
import { LICENCES } from "../../../src/commands/init/checkers/packaging.ts";
import { ownDigestFault } from "../../../src/launch/own-digest.ts";
import { NODES, nodeBinary, OLD_NODES } from "../../support/system/nodes.ts";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-bundle-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const HEAD = "#!/bin/sh -f\ntrue /* a head\nexit 125\n: <<'JAVASCRIPT' # */\n";
const END = "JAVASCRIPT\n# */\n";

describe("the built launcher", async () => {
  const program = await buildProgram();

  it("is fit to be committed", () => {
    expect(faultsOf(program)).toEqual([]);
  });

  it("is the same each time, byte for byte", async () => {
    expect(firstDifference(program.text, (await buildProgram()).text)).toBeUndefined();
  });

  it("tells of each place which source it comes from", () => {
    const told = "could not start: prime does not work on native Windows";
    const lines = program.text.split("\n");
    const line = lines.findIndex((one) => one.includes(told));
    const source = placeInSources(program, line + 1, (lines[line] as string).indexOf(told) + 1) ?? "";
    const [file = "", number] = source.split(":");
    expect(fs.readFileSync(path.join(ROOT, file), "utf8").split("\n")[Number(number) - 1]).toContain(told);
    expect(placeInSources(program, 1, 1)).toBeUndefined();
  });

  it("ends with the digest of all that stands before", () => {
    const { text } = program;
    expect(ownDigestFault(text)).toBeUndefined();
    expect(ownDigestFault(text.replace("version", "vresion"))).toMatch(/its sha256 is \w+, and it was built with/);
    expect(ownDigestFault(text.slice(0, -1))).toMatch("it was cut");
  });

  it("names every package that is in it, with its licence", () => {
    const notices = program.text.slice(program.text.lastIndexOf("\n/*"));
    for (const one of [".", ...bundledPackages(program.metafile)]) {
      const { name, version, license } = JSON.parse(fs.readFileSync(path.join(one, "package.json"), "utf8"));
      expect(notices).toContain(`${name} ${version}`);
      expect(LICENCES).toContain(license);
    }
    expect(notices).toContain("Permission is hereby granted, free of charge");
    expect(notices).toContain("Redistribution and use in source and binary forms");
  });

  it("holds no address of a package index", () => {
    const hosts = ["registry", "pypi", "files"].map((name) => new RegExp(`//${name}\\.[a-z]+\\.(?:org|com)`));
    for (const host of hosts) expect(program.text).not.toMatch(host);
  });
});

describe("faults of a launcher", () => {
  const faults = (head: string, rest = "1;\n") => faultsOf({ head, text: head + rest + END });

  it("are none in a good one", () => {
    expect(faults(HEAD)).toEqual([]);
  });

  it.each([
    [
      "a carriage return",
      faults(HEAD, "1;\r\n"),
      "line 5, column 3: a character that is neither a line feed nor printable",
    ],
    ["a letter beyond ASCII", faults(HEAD, "'\u00e9'\n"), "line 5, column 2: a character"],
    ["white space at the end of a line", faults(HEAD, "1;\n`2 \n`\n"), "line 6, column 3: white space"],
    ["a space before a tab", faults(HEAD, "  \t1;\n"), "line 5, column 1: a space before a tab"],
    [
      "an empty last line",
      faultsOf({ head: HEAD, text: `${HEAD}${END}\n` }),
      "line 6, column 5: an empty line at the end",
    ],
    [
      "a conflict's line",
      faults(HEAD, "1;\n======= x\n"),
      "line 6, column 1: a line that begins like a merge conflict",
    ],
    ["a private key", faults(HEAD, `"-----BEGIN RSA ${"PRIVATE"} KEY-----"\n`), "line 5, column 7: the beginning of"],
    ["a digest in quotes", faults(HEAD, `1,"${"0a".repeat(32)}"\n`), "line 5, column 3: a digest in quotes"],
    [
      "a line that nobody can look at",
      faults(HEAD, `1;\n${"x".repeat(4001)}\n`),
      "line 6: 4001 columns, more than 4000",
    ],
    ["an early end for sh", faults(HEAD, "`\nJAVASCRIPT\n`\n"), "2 lines are JAVASCRIPT, which ends the here-document"],
    ["a comment's end in the head", faults(HEAD.replace("head", "he*/ad")), "line 2, column 13: the head ends"],
    [
      "no comment's end",
      faults("#!/bin/sh -f\ntrue /*\n"),
      "does not end with a here-document and the end of JavaScript's",
    ],
    ["another beginning", faults(HEAD.replace("/bin/sh", "/bin/bash")), "does not begin with"],
    ["a head's long line", faults(HEAD.replace("head", "x".repeat(101))), "line 2: the head has"],
    ["many lines", faults(HEAD.replace("head", "head\n".repeat(100))), "the head has 104 lines, more than 97"],
    ["too much", faults(HEAD, "xxxxxxxx\n".repeat(BUDGET.raw / 9 + 1)), `more than ${BUDGET.raw}`],
    ["too much that can't be packed", faults(HEAD, incompressible()), `bytes gzipped, more than ${BUDGET.gzipped}`],
  ])("name %s", (_, found, expected) => {
    expect(found).toContainEqual(expect.stringContaining(expected));
  });

  it("name the first difference from what is committed", () => {
    expect(firstDifference("one\ntwo\n", "one\ntwo\n")).toBeUndefined();
    expect(firstDifference("one\ntwo\n", "one\nthree\n")).toMatch(/^line 2, column 2\n.*"one\\ntwo\\n"\n.*three/);
    expect(firstDifference("one", "one\n")).toMatch(/^line 1, column 4\n/);
  });
});

/** Lines of hexadecimal digits that look random: about half as long when they are packed. */
function incompressible(): string {
  const digest = (seed: number) => createHash("sha256").update(`${seed}`).digest("hex");
  return Array.from({ length: 11000 }, (_, seed) => `${digest(seed)}\n`).join("");
}

describe("the prologue", async () => {
  const file = path.join(folder, "prime");
  const facts = "[typeof require, require('fs').existsSync(__filename), __dirname, typeof module.exports]";
  fs.writeFileSync(
    file,
    await launcherText({ head: HEAD, code: `console.log(JSON.stringify(${facts}))`, notices: "" }),
  );
  const run = (node: string, type: string, env: NodeJS.ProcessEnv = {}) => {
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type }));
    const stdio: ("ignore" | "pipe")[] = ["ignore", "pipe", "pipe", "pipe"];
    const { status, output } = spawnSync(node, [file], { env, encoding: "utf8", stdio });
    return { status, stdout: output[1], stderr: output[2], answer: output[3] };
  };

  it.for(Object.values(NODES))(
    "gives the program what CommonJS has, also in a module package: Node %s",
    (version, { skip }) => {
      const node = nodeBinary(version) ?? skip(`Node ${version} could not be had from npm`);
      for (const type of ["commonjs", "module"]) {
        const { status, stdout } = run(node, type);
        expect([status, JSON.parse(stdout ?? "")]).toEqual([0, ["function", true, folder, "object"]]);
      }
    },
  );

  it.for(Object.values(OLD_NODES))("says in one line that Node %s is too old", (version, { skip }) => {
    const node = nodeBinary(version) ?? skip(`Node ${version} could not be had from npm`);
    const line = `prime: needs Node 18.19 or newer, but ${node} is ${version}; install`;
    const alone = run(node, "commonjs");
    expect(alone).toMatchObject({ status: 125, stdout: "", stderr: expect.stringContaining(line), answer: "" });
    expect(alone.stderr?.trimEnd().split("\n")).toHaveLength(1);
  });
});
