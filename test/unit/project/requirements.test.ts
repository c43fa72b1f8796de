import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputCollector } from "../../../src/inputs/collector.ts";
import { declaredDigests } from "../../../src/project/files/digests.ts";
import { readOptions } from "../../../src/project/files/requirement-options.ts";
import { asksForRoot, followRequirements, parseRequirements } from "../../../src/project/files/requirements.ts";
import { localPath, requirementHead } from "../../../src/project/packages.ts";

describe("a requirement file's lines", () => {
  const cases: [string, [string, string][]][] = [
    ["-r base.txt", [["include", "base.txt"]]],
    ["-rbase.txt", [["include", "base.txt"]]],
    ["--requirement=base.txt", [["include", "base.txt"]]],
    ["--requirement base.txt  # why", [["include", "base.txt"]]],
    [
      "-c c.txt\n--constraint=d.txt",
      [
        ["constraint", "c.txt"],
        ["constraint", "d.txt"],
      ],
    ],
    ["-e .[dev,test]", [["editable", ".[dev,test]"]]],
    ['--editable "with space"', [["editable", "with space"]]],
    ["# a comment\n\nsix#1 # another", [["requirement", "six#1"]]],
    [
      "six==1.0 \\\n  --hash=sha256:0 \\\n  --hash=sha256:1\nattrs",
      [
        ["requirement", "six==1.0   --hash=sha256:0   --hash=sha256:1"],
        ["requirement", "attrs"],
      ],
    ],
    [
      "six # no continuation \\\nattrs",
      [
        ["requirement", "six"],
        ["requirement", "attrs"],
      ],
    ],
    [
      "--index-url https://example.org\n-f wheels\n--no-index",
      [
        ["option", "--index-url https://example.org"],
        ["option", "-f wheels"],
        ["option", "--no-index"],
      ],
    ],
    [
      '\uFEFFsix ; python_version < "3"\r\nattrs\r\n',
      [
        ["requirement", 'six ; python_version < "3"'],
        ["requirement", "attrs"],
      ],
    ],
    ["six \\", [["requirement", "six"]]],
  ];
  test.each(cases)("%j", (text, expected) => {
    expect(parseRequirements(text).map(({ kind, value }) => [kind, value])).toEqual(expected);
  });

  test("know the number of their first line", () => {
    expect(parseRequirements("# one\na \\\n b\nc").map(({ line }) => line)).toEqual([2, 4]);
  });
});

describe("the path that a requirement asks for", () => {
  const cases: [string, string | undefined][] = [
    ["./lib", "/repo/lib"],
    [".", "/repo"],
    [".[dev]", "/repo"],
    ["../lib[a,b] ; python_version > '3'", "/lib"],
    ["libs/lib;python_version>'3'", "/repo/libs/lib"],
    ["/abs/lib", "/abs/lib"],
    ["lib @ file:///abs/my%20lib", "/abs/my lib"],
    ["lib[x] @ file://localhost/abs/lib#egg=lib", "/abs/lib"],
    ["lib @ file:libs/lib", "/repo/libs/lib"],
    ["lib @ ./libs/lib", "/repo/libs/lib"],
    ["lib @ file://$" + "{PROJECT_ROOT}/libs/lib", "/repo/libs/lib"],
    ["lib @ {root:uri}/libs/lib", "/repo/libs/lib"],
    ["lib @ file://$" + "{ELSEWHERE}/lib", undefined],
    ["lib @ https://example.org/lib.whl", undefined],
    ["git+https://example.org/lib#egg=lib", undefined],
    ["lib", undefined],
    ["lib[a]>=1", undefined],
  ];
  test.each(cases)("%s", (text, expected) => expect(localPath(text, "/repo")).toBe(expected));

  test("a bare word is a path only for an editable", () => {
    expect(localPath("lib[a]", "/repo", { bare: true })).toBe("/repo/lib");
  });
});

test.each([
  ["My.Lib_x[A_b, c] >= 1", { name: "my-lib-x", extras: ["a-b", "c"] }],
  ["six;python_version<'3'", { name: "six", extras: [] }],
  ["lib @ file:x", { name: "lib", extras: [] }],
  ["./lib", undefined],
])("the head of %s", (text, expected) => expect(requirementHead(text)).toEqual(expected));

describe("following requirement files", () => {
  let root: string;
  beforeEach(() => {
    root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-requirements-")));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const write = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  const follow = (...files: string[]) => {
    const inputs = new InputCollector();
    const found = followRequirements(root, files, inputs);
    return {
      projects: found.localProjects.map((folder) => path.relative(root, folder) || "."),
      inputs: inputs.list().map(({ kind, path: file }) => `${kind}:${path.relative(root, file)}`),
    };
  };

  test("includes stand beside the including file, projects below the root; circles and URLs do no harm", () => {
    write("all.txt", "-r reqs/dev.txt\n-r https://example.org/x.txt\n");
    write("reqs/dev.txt", "-r ../all.txt\n-c limits.txt\n-e .[dev]\n./libs/a\nlib @ file:libs/b\nwheel @ ./w.whl\n");
    write("reqs/limits.txt", "-r more.txt\n./libs/c\n");
    write("reqs/more.txt", "six\n");
    for (const name of ["libs/a/x", "libs/b/x", "libs/c/x"]) write(name, "");
    expect(follow("all.txt")).toEqual({
      projects: [".", "libs/a", "libs/b"],
      inputs: ["file:all.txt", "file:reqs/dev.txt", "file:reqs/limits.txt", "file:reqs/more.txt", "absent:w.whl"],
    });
  });

  test("a file that is a constraint first and a requirement later counts as both", () => {
    write("a.txt", "-c b.txt\n-r b.txt\n");
    write("b.txt", "./lib\n");
    write("lib/x", "");
    expect(follow("a.txt").projects).toEqual(["lib"]);
  });

  test("options and digests of all files are kept, a folder of links with its whole path", () => {
    write("a.txt", "--index-url https://example.org\n-r reqs/b.txt\nsix==1 --hash=sha256:00\n");
    write("reqs/b.txt", "--find-links=wheels\n-f gone\n-c limits.txt\n");
    write("reqs/limits.txt", "attrs==1 \\\n --hash=sha256:01\n");
    write("reqs/wheels/x", "");
    const { lines } = followRequirements(root, ["a.txt"], new InputCollector());
    expect(readOptions(lines)).toMatchObject({
      indexUrl: "https://example.org",
      findLinks: [path.join(root, "reqs/wheels"), "gone"],
      noIndex: false,
    });
    const { lines: digests } = declaredDigests({ requirementLines: lines, requirementOptions: null });
    expect(digests.map(({ name, version, sha256 }) => [name, version, sha256])).toEqual([
      ["attrs", "1", ["01"]],
      ["six", "1", ["00"]],
    ]);
  });

  test.each([
    "--global-option x",
    "--no-deps",
    "--retries=3",
    "-C x",
    "six --config-settings=a=b",
    "-e . --no-binary x",
  ])("what uv has no meaning for is refused by name: %s", (line) => {
    write("a.txt", `six\n${line}\n`);
    const { lines } = followRequirements(root, ["a.txt"], new InputCollector());
    const name = line.replace(/^(?:six|-e \.) /, "").split(/[ =]/)[0];
    expect(() => readOptions(lines)).toThrow(`${root}/a.txt:2: uv has no meaning for \`${name}\``);
  });

  test("variables count, but not those that only name a user to a server", () => {
    write("a.txt", "six==${VERSION}\nx @ https://${USER}:${TOKEN}@example.org/${PLACE}/x.whl\n-e ${PROJECT_ROOT}/a\n");
    expect(followRequirements(root, ["a.txt"], new InputCollector()).variables).toEqual(["VERSION", "PLACE"]);
  });

  test("a missing include is told with the line that asks for it", () => {
    write("a.txt", "six\n-r gone.txt\n");
    expect(() => follow("a.txt")).toThrow(
      `could not read the requirement file ${root}/gone.txt, which ${root}/a.txt:2 includes: it does not exist`,
    );
  });

  test.each([
    ["-e .[dev]", true],
    [".", true],
    ["x @ file:.", true],
    ["-e ./lib\nsix\n# -e .", false],
  ])("whether %j asks for the root", (text, expected) => {
    write("r.txt", text);
    expect(asksForRoot(path.join(root, "r.txt"), root)).toBe(expected);
  });
});
