import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { good, repo, shown } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";

/** What prime keeps for itself: the files that it reads back, by a name for each. */
function ownFiles(box: Sandbox): Record<string, string> {
  const plans = path.join(box.home, ".local/state/prime/at", box.root, ".plan");
  const [probe = ""] = fs.readdirSync(path.join(box.home, ".cache/prime/probes"));
  return {
    manifest: box.path(".prime/generations", shown(box), "prime.json"),
    history: box.path(".prime/history.jsonl"),
    state: box.path(".prime/state.json"),
    record: path.join(
      plans,
      fs.readdirSync(plans).find((name) => /record.*json$|\.json$/.test(name) && name !== "why.json") ?? "",
    ),
    why: path.join(plans, "why.json"),
    probe: path.join(box.home, ".cache/prime/probes", probe),
    lock: box.path(".prime/lock"),
  };
}

const deep = (count: number) => `${"[".repeat(count)}${"]".repeat(count)}`;

const CRAFTED: Readonly<Record<string, (text: string) => string>> = {
  "another form": () => '{"layout":6,"form":1,"id":1}',
  torn: (text) => text.slice(0, Math.floor(text.length / 2)),
  "no JSON": () => "\u0000\u001b[2J not JSON",
  null: () => "null",
  "a list": () => "[1, 2]",
  deep: () => deep(200_000),
  "keys of a prototype": (text) => text.replace("{", '{"__proto__": {"layout": 6}, "constructor": 1, '),
  "wrong types": (text) => text.replace(/: ?"[^"]*"/g, ": 7").replace(/:"[^"]*"/g, ":7"),
  "NUL in its texts": (text) => text.replace(/("\/[^"]*)"/g, '$1\\u0000"'),
  "ways out": (text) => text.replace(/"(\/[^"]*|lib\/[^"]*)"/g, '"../../../../../../etc"'),
  "numbers beyond all": (text) => text.replace(/:\s?\d+/g, ": 1e400"),
};

const LOOKS = [["status", "--json"], ["history", "--json"], ["why"], ["doctor", "--json"], ["gc", "--dry-run"]];
const ACTS = [["run", "true"], ["rollback"]];

/** Two of the looks, other ones for each file and craft, so that every pair is met; all of them by `npm run fuzz`. */
function looksAt(craft: string, file: number): string[][] {
  if (process.env.PRIME_TEST_FUZZ === "whole") return LOOKS;
  const first = Object.keys(CRAFTED).indexOf(craft) + file;
  return [0, 2].map((more) => LOOKS[(first + more) % LOOKS.length] as string[]);
}

it("doctor names each that does not fit, by its path or by the environment that it is of", async () => {
  const box = repo({ "requirements.txt": "six\n" });
  await good(box);
  for (const [name, text] of [
    ["state.json", "{}"],
    ["lock", '{"pid": 1, "start": "0", "boot": "x", "host": "elsewhere", "reason": "a test"}'],
  ] as const)
    fs.writeFileSync(box.path(".prime", name), text);
  const { lock: _taken, probe, ...kept } = ownFiles(box); // a torn lock is nobody's
  const other = `${path.dirname(probe as string)}/${"0".repeat(64)}.json`; // the interpreter here is asked anew at once
  fs.copyFileSync(probe as string, other);
  const files = { ...kept, probe: other };
  for (const [which, file] of Object.entries(files)) {
    const before = fs.readFileSync(file, "utf8");
    for (const craft of ["no JSON", "null", "a list"]) {
      fs.writeFileSync(file, (CRAFTED[craft] as (text: string) => string)(before));
      const { stdout } = await box.run(["doctor"]);
      expect([which, craft, stdout]).toEqual([
        which,
        craft,
        expect.stringContaining(which === "manifest" ? path.basename(path.dirname(file)) : file),
      ]);
    }
    fs.writeFileSync(file, before);
  }
});

it.each(["a pipe", "a folder"])("%s in the place of one is none: a start makes the environment anew", async (what) => {
  const box = repo({ "requirements.txt": "six\n" });
  await good(box);
  const before = shown(box);
  for (const name of ["pyvenv.cfg", "damaged.txt", "prime.json"]) {
    const file = box.path(".prime/generations", shown(box), name);
    fs.rmSync(file, { force: true });
    execFileSync(what === "a pipe" ? "mkfifo" : "mkdir", [file]);
    for (const args of [["status"], ["doctor"], ["rollback"], ["run", "true"]]) {
      const { code, stderr } = await box.run(args);
      expect([name, args, code, stderr]).toEqual([
        name,
        args,
        args[0] === "run" ? 0 : expect.toBeOneOf([0, 1, 2]),
        stderr,
      ]);
    }
  }
  expect(shown(box)).not.toBe(before);
});

describe.each(Object.keys(CRAFTED))("a file of prime's own that holds %s", (name) => {
  it("counts as absent, and never ends prime by a defect", async () => {
    const box = repo({ "requirements.txt": "six\n" });
    await good(box);
    fs.writeFileSync(
      box.path(".prime/state.json"),
      '{"form": 1, "holds": {"a": {"generation": "11111111-22222222", "since": 5}}}\n',
    );
    fs.writeFileSync(
      box.path(".prime/lock"),
      '{"pid": 1, "start": "0", "boot": "x", "host": "elsewhere", "reason": "a test"}',
    );
    const backup = path.join(box.base, "backup");
    for (const [index, [which, file]] of Object.entries(ownFiles(box)).entries()) {
      const before = fs.readFileSync(file, "utf8");
      execFileSync("rm", ["-rf", backup]);
      execFileSync("cp", ["-a", box.path(".prime"), backup]);
      fs.writeFileSync(file, (CRAFTED[name] as (text: string) => string)(before));
      for (const args of [...looksAt(name, index), ...(which === "manifest" || which === "record" ? ACTS : [])]) {
        const { code, stdout, stderr } = await box.run(args, { env: { PRIME_LOCK_PATIENCE_S: "0.1" } });
        const told = `${which}, ${args.join(" ")}: ${code}\n${stderr}`;
        expect(told).not.toMatch(/defect:|\n\s+at \S+ \(|RangeError|TypeError/);
        expect([told, [0, 1, 2, 125].includes(code ?? -1)]).toEqual([told, true]);
        if (args.includes("--json") && code !== 125 && code !== 2) JSON.parse(stdout);
      }
      execFileSync("rm", ["-rf", box.path(".prime")]);
      execFileSync("cp", ["-a", backup, box.path(".prime")]);
      fs.writeFileSync(file, before);
    }
  });
});
