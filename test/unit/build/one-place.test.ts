import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../build/program.ts";

/** These start what prime decides to start. */
const STARTERS = ["run", "run-sync", "attached", "detached"].map((name) => `src/edges/processes/${name}.ts`);

/** What may be done in these files alone: each proves there, once for all, that nothing but what is meant is touched. */
const RULES: readonly { readonly what: string; readonly calls: RegExp; readonly files: readonly string[] }[] = [
  {
    what: "deletes",
    calls:
      /\b(?:rm|rmdir|unlink)(?:Sync)?\s*\(|\b(?:remove|rmtree|removedirs)\s*\((?=.*\bos\b)|\bos\.remove|\bshutil\b/,
    files: ["src/edges/files/own/remove.ts"],
  },
  {
    what: "renames",
    calls: /\bfs\.rename|\brenameSync\b|\bos\.(?:rename|replace)\b/,
    files: ["src/edges/files/change.ts"],
  },
  {
    what: "changes modes and times",
    calls: /\b[fl]?(?:chmod|utimes)(?:Sync)?\s*\(|\bos\.(?:chmod|utime)\b/,
    files: ["src/edges/files/change.ts", "src/edges/files/copy-tree.ts", "src/edges/files/stamp.ts"],
  },
  { what: "cuts files", calls: /\bf?truncate(?:Sync)?\s*\(/, files: ["src/edges/files/change.ts"] },
  { what: "gives files to somebody", calls: /\b[fl]?chown(?:Sync)?\s*\(/, files: ["src/edges/files/own/hand-over.ts"] },
  {
    what: "does so by another program",
    calls: /\bfile: "(?:rm|mv|cp|rmdir|unlink|chmod|chown|ln|install)"|^\s*(?:rm|mv|rmdir|unlink|chmod|chown)\s/,
    files: [],
  },
  {
    what: "starts processes",
    calls: /\b(?:spawn|execFile)(?:Sync)?\s*\(|\b(?:fork|execa)\s*\(|\bexecve(?:\.call)?\((?!2)|\bsubprocess\./,
    files: [
      ...STARTERS,
      "src/edges/machine.ts", // ps, by a PATH of the system's folders alone
      "src/edges/processes/table.ts",
      "src/edges/processes/become.ts", // the user's own command
      "src/python/texts/extensions.py", // itself
      "src/python/texts/app/watch.py", // what it watches
      "src/python/texts/app/prime_app.py", // in the app: its launcher
    ],
  },
  {
    what: "prints",
    calls:
      /\bconsole\??[.[]|=\s*console\b|\bprocess\.std(?:out|err)\.(?:write|end)\b|\b_rawDebug\b|\bwrite(?:Output|Message)\(|\bwriteSync\(|\bcreateWriteStream\b/,
    files: [
      // to a file
      "src/edges/terminal/streams.ts",
      "src/edges/terminal/secret.ts", // its question, to the terminal that is asked
      ...["src/edges/answer.ts", "src/head/loader.js"], // to the head, which is code
      "src/main.ts",
      "src/cli/program.ts",
      "src/head/prologue.js", // words of its own alone
    ],
  },
  {
    what: "opens files for reading",
    calls:
      /\bfs\.(?:promises|readFile|readSync|readv|open|createReadStream|cp|copyFile)|\b(?:readFile|open|read|copyFile|cp)Sync\s*\(|\bcreateReadStream\b|fs\/promises|\bos\.open\b|(?<![.\w])open\(/,
    files: [
      "src/edges/files/open.ts",
      ...["src/head/head.sh", "src/head/loader.js", "src/head/prologue.js"], // the launcher itself, and what V8 compiled of it
      ...["read", "formats/elf"].map((name) => `src/edges/files/${name}.ts`), // what that one has opened
      ...["change", "own/held-folder", "own/hand-over"].map((name) => `src/edges/files/${name}.ts`), // prime's own, and folders
      "src/edges/files/trust.ts", // the system's own
      ...["detached", "in-use", "ending", "table", "locks/pipe-lock"].map((name) => `src/edges/processes/${name}.ts`),
      "src/edges/machine.ts",
      "src/edges/files/stamp.ts", // to make one
      "src/edges/terminal/secret.ts", // a descriptor of the user's, the terminal
      ...[
        "app/detach",
        "app/prime_app",
        "app/run_app",
        "app/trial_hook",
        "app/watch",
        "entry_call",
        "extensions",
        "validate",
      ].map((name) => `src/python/texts/${name}.py`),
      "src/python/texts/probe.py",
    ],
  },
  {
    what: "asks the network",
    calls: /"node:(?:https?|http2|net|tls|dgram|dns)"|\bfetch\(/,
    files: ["certificates", "connect", "exchange", "gate", "receive/receive", "receive/shelf", "rules"].map(
      (name) => `src/edges/network/${name}.ts`,
    ),
  },
  {
    what: "decides as a start does, which may run what the repo names; all else looks",
    calls: /\bdecide(?:Tools)?\(/,
    files: [
      "src/apps/release/resolve.ts", // a project of prime's own
      "src/builder/build.ts",
      "src/commands/doctor/doctor.ts", // --fix
      "src/commands/doctor/mend.ts",
      "src/commands/channel/publish.ts",
      "src/commands/environments/adopt.ts",
      "src/commands/environments/rollback.ts", // --cancel
      "src/commands/python/scene.ts", // install, pin
      "src/commands/self-update/candidate.ts", // --from index
      "src/commands/run/uv.ts",
      "src/commands/verify.ts", // --build
      "src/commands/upgrade/upgrade.ts",
      "src/decision/decide.ts",
      "src/start/boot.ts",
      "src/start/command/entry-scripts.ts",
      "src/upgrade/upgrade.ts",
    ],
  },
];

const sources = (fs.readdirSync(path.join(ROOT, "src"), { recursive: true }) as string[])
  .filter((file) => /\.(?:ts|js|py|sh)$/.test(file))
  .map((file) => path.posix.join("src", file));

function linesWith(calls: RegExp, text: string): string[] {
  return text.split("\n").filter((line) => calls.test(line) && !/^\s*(?:\/?\*|\/\/|#)/.test(line));
}

describe("one place", () => {
  it.each(RULES)("$what", ({ calls, files }) => {
    const found = sources.filter((file) => linesWith(calls, fs.readFileSync(path.join(ROOT, file), "utf8")).length > 0);
    expect(found.filter((file) => !files.includes(file))).toEqual([]);
    expect(files.filter((file) => !found.includes(file))).toEqual([]);
  });

  it.each(STARTERS)("%s asks first whether a program may be started", (file) => {
    const text = fs.readFileSync(path.join(ROOT, file), "utf8");
    expect(text.indexOf("whyNotStarted(command)")).toBeGreaterThan(0);
    expect(text.indexOf("whyNotStarted(command)")).toBeLessThan(text.search(/\b(?:spawn|spawnSync|execa)\(/));
  });

  it("what is printed has been made plain, or is code", () => {
    const printed = ["src/main.ts", "src/cli/program.ts"].flatMap((file) =>
      linesWith(/\bwrite(?:Output|Message)\(/, fs.readFileSync(path.join(ROOT, file), "utf8")),
    );
    expect(printed.filter((line) => !/\b(?:plain|plainJson|renderError|textFor)\(/.test(line))).toEqual([]);
    expect(printed.length).toBeGreaterThan(0);
  });

  it.each(["entry_call", "validate", "probe"])("%s.py waits for no pipe", (name) => {
    const text = fs.readFileSync(path.join(ROOT, "src/python/texts", `${name}.py`), "utf8");
    const opened = [...text.matchAll(/(?<![.\w])open\((\w+)/g)].map(([, file]) => file as string);
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.filter((file) => !text.includes(`if not os.path.isfile(${file}):`))).toEqual([]);
  });

  it("the rule sees them in each language", () => {
    const [deletes, renames, modes, cuts, gives, programs, starts, prints, opens] = RULES.map(
      ({ calls }) => calls,
    ) as RegExp[];
    const seen = (calls: RegExp | undefined, line: string) =>
      calls !== undefined && linesWith(calls, line).length === 1;
    expect(seen(deletes, "  fs.rmSync(file, { recursive: true });")).toBe(true);
    expect(seen(deletes, "    await unlink(file);")).toBe(true);
    expect(seen(deletes, "    os.remove(path)")).toBe(true);
    expect(seen(deletes, "  remove(file);")).toBe(false);
    expect(seen(renames, "  fs.renameSync(a, b);")).toBe(true);
    expect(seen(modes, "  fs.fchmodSync(fd, 0o755);")).toBe(true);
    expect(seen(cuts, "  fs.ftruncateSync(fd);")).toBe(true);
    expect(seen(gives, "  fs.lchownSync(file, 0, 0);")).toBe(true);
    expect(seen(programs, '  run({ file: "rm", args: ["-rf", folder] });')).toBe(true);
    expect(seen(programs, "  rm -f x")).toBe(true);
    expect(seen(starts, "  const child = execa(...shielded(command), {")).toBe(true);
    expect(seen(starts, "  spawnSync(command.file, command.args);")).toBe(true);
    expect(seen(starts, "    pid = os.fork()")).toBe(true);
    expect(seen(prints, "  console.log(name);")).toBe(true);
    expect(seen(prints, "  process.stdout.write(text);")).toBe(true);
    expect(seen(prints, "  fs.writeSync(1, text);")).toBe(true);
    expect(seen(prints, "  context.print.text(text);")).toBe(false);
    expect(seen(opens, '  const text = fs.readFileSync(file, "utf8");')).toBe(true);
    expect(seen(opens, "  const fd = openSync(file);")).toBe(true);
    expect(seen(opens, '  import { readFile } from "node:fs/promises";')).toBe(true);
    expect(seen(opens, "    with open(path) as file:")).toBe(true);
    expect(seen(opens, "  const text = readText(file);")).toBe(false);
    expect(seen(starts, "  const [name] = PATTERN.exec(text) ?? [];")).toBe(false);
  });
});
