import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { failure, folderOf } from "../../support/failures.ts";
import { goodPython } from "../../support/machine.ts";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import { python, type RunOptions, type Sandbox, sandbox } from "../../support/sandbox.ts";

const NODE = { node: process.execPath };

/** A PATH of Node and these folders, which holds no interpreter but theirs. */
function only(box: Sandbox, ...folders: string[]): RunOptions {
  const path = [
    ...folders,
    folderOf(box, "node", NODE),
    folderOf(box, "tools", { sh: "/bin/sh", env: "/usr/bin/env" }),
  ];
  return { env: { PATH: path.join(":") } };
}

function script(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

interface Status {
  readonly selected_python: { readonly path: string; readonly version: string; readonly how: string };
  readonly required_python: { readonly request: string; readonly source: string };
}

async function statusOf(box: Sandbox, options: RunOptions = {}): Promise<Status> {
  return JSON.parse((await good(box, ["status", "--json"], options)).stdout);
}

describe("the search", () => {
  it("goes by names, the most exact first, and by the order of PATH below a name", async () => {
    const box = sandbox();
    const [older, newer] = [python("3.10"), python("3.12")];
    const exact = /^3\.12\.\d+/.exec(path.basename(path.dirname(path.dirname(newer))))?.[0] ?? "3.12";
    const first = folderOf(box, "first", { python3: older, python: newer });
    const second = folderOf(box, "second", { "python3.12": newer, python3: newer });
    const third = folderOf(box, "third", { [`python${exact}`]: newer });
    const chosen = async (version: string) => {
      edit(box, ".python-version", `${version}\n`);
      return (await statusOf(box, only(box, first, second, third))).selected_python.path;
    };
    expect(await chosen(exact)).toBe(`${third}/python${exact}`);
    expect(await chosen("3.12")).toBe(`${second}/python3.12`);
    expect(await chosen("3")).toBe(`${first}/python3`);
    expect(await chosen("3.10")).toBe(`${first}/python3`);
  });

  it("asks a shim once a start, in all stages, and again after its version file changed", async () => {
    const box = sandbox();
    const shims = path.join(box.base, "pyenv/shims");
    const calls = path.join(box.base, "calls");
    script(`${shims}/python3`, `echo asked >>'${calls}'; exec '${goodPython()}' "$@"`);
    const asked = () => fs.readFileSync(calls, "utf8").split("\n").length - 1;
    const { stderr } = await good(box, ["run", "env"], only(box, shims));
    expect(asked()).toBe(1);
    expect(stderr).toMatch(/^ {2}by \S+: the first found that fits any Python 3$/m); // what the shim hands over to is that
    expect(stderr).not.toContain(shims);
    edit(box, ".python-version", "3\n");
    await good(box, ["run", "env"], only(box, shims));
    expect(asked()).toBe(2);
  });

  it("passes over what does not answer, and -v lists each with its reason", async () => {
    const box = sandbox();
    const bad = path.join(box.base, "bad");
    script(`${bad}/python3.12`, "echo 'pyenv: python3.12: command not found' >&2; exit 127");
    script(`${bad}/python3`, "echo 'Python was not found; run without arguments to install from the Store'; exit 9");
    fs.mkdirSync(`${bad}/python`);
    const venv = path.join(box.base, "venv/bin");
    fs.mkdirSync(venv, { recursive: true });
    fs.symlinkSync("/nowhere/python3", `${venv}/python3`);
    const good = folderOf(box, "good", { python3: python("3.12") });
    edit(box, ".python-version", "3.12\n");
    const { code, stderr } = await box.run(["-v"], only(box, bad, venv, good));
    expect(code).toBe(0);
    const passed = stderr.split("\n").filter((line) => line.startsWith("passed over "));
    expect(passed).toEqual([
      `passed over ${bad}/python3.12: it ended with status 127: pyenv: python3.12: command not found`,
      `passed over ${bad}/python3: it ended with status 9: Python was not found; run without arguments to install from the Store`,
      `passed over ${venv}/python3: it is a link that leads nowhere: /nowhere/python3`,
    ]);
    expect(stderr).toContain(`selected ${good}/python3, the first found that fits Python 3.12`);
  });

  it("keeps to the interpreter that the environment stands on, whatever comes first in PATH now", async () => {
    const box = repo({ "requirements.txt": "" });
    const one = folderOf(box, "one", { python3: python("3.10") });
    const other = folderOf(box, "other", { python3: python("3.12") });
    await good(box, [], only(box, one));
    const before = shown(box);
    edit(box, "requirements.txt", "");
    expect((await good(box, ["run", "python", "-V"], only(box, other))).stdout).toMatch(/^Python 3\.10\./);
    expect(shown(box)).toBe(before);
    edit(box, "requirements.txt", "six==1.17.0\n");
    expect((await good(box, ["run", "python", "-V"], only(box, other))).stdout).toMatch(/^Python 3\.10\./);
    expect(shown(box)).not.toBe(before);
    const { selected_python: selected } = await statusOf(box, only(box, other));
    expect(selected.how).toBe(`what generation ${shown(box)} stands on`);
  });
});

describe("the required python", () => {
  it.each([
    ["prime.toml", 'required_python_version = "3.12"\n', "Python 3.12", "prime.toml"],
    [".python-version", "cpython-3.12.1\n", "CPython 3.12.1", ".python-version"],
    ["../.python-version", "3.10\n", "Python 3.10", ".python-version"],
    [
      "pyproject.toml",
      '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9,<3.13"\n',
      ">=3.9,<3.13",
      "pyproject.toml",
    ],
    ["setup.cfg", "[options]\npython_requires = >=3.9\n", ">=3.9", "setup.cfg"],
    ["setup.py", "setup(name='x',\n  python_requires='>=3.12',\n)\n", ">=3.12", "setup.py"],
  ])("from %s", async (name, text, request, source) => {
    const { required_python: required } = await statusOf(repo({ [name]: text }));
    expect(required.request).toContain(request);
    expect(required.source).toContain(source);
  });

  it("that can't be understood is refused with the place where it stands", async () => {
    const text = '[project]\nname = "x"\nversion = "1"\nrequires-python = "^3.9"\n';
    const { stderr } = await repo({ "pyproject.toml": text }).run([]);
    expect(stderr).toContain(
      "could not understand the required python version `^3.9` (pyproject.toml, project.requires-python)",
    );
  });

  it("from a variable, before any file; nearer files before farther ones", async () => {
    const box = repo({ "../.python-version": "3.10\n", ".python-version": "3.11\n", "pyproject.toml": "" });
    expect((await statusOf(box)).required_python.request).toBe("Python 3.11");
    edit(box, "prime.toml", 'required_python_version = "3.12"\n');
    expect((await statusOf(box)).required_python.request).toBe("Python 3.12");
    const env = { PRIME_REQUIRED_PYTHON_VERSION: '"3.9"' };
    const { required_python: required } = await statusOf(box, { env });
    expect(required.request).toBe("Python 3.9");
    expect(required.source).toContain("PRIME_REQUIRED_PYTHON_VERSION");
  });

  it("must be the selected one for venv_pip: the refusal names both", async () => {
    const box = repo({ "prime.toml": 'venv_driver = "venv_pip"\nrequired_python_version = "3.12"\n' });
    const one = folderOf(box, "one", { python3: python("3.10") });
    const said = failure(await box.run([], only(box, one)), "pip-version");
    expect(said).toMatch(/Python 3\.12 is required, and the selected python \S+\/python3 is 3\.10\.\d+/);
    expect(said).toContain("`venv_uv`");
    expect(generations(box)).toEqual([]);
  });
});

describe("a python selector", () => {
  /** A selector that notes each call, with what it was given. */
  const noting = (body: string) =>
    `import os, sys\n\n\ndef select_python_file_abs_path(required_version):
    print("chatter")
    with open("calls", "a") as calls:
        print(repr(required_version), sys.flags.isolated, file=calls)
    ${body}\n`;
  const calls = (box: Sandbox) => (fs.existsSync(box.path("calls")) ? fs.readFileSync(box.path("calls"), "utf8") : "");

  it("in Python gets three numbers, is asked once in a start of three stages, and its choice wins", async () => {
    const box = repo({
      "prime.toml": 'python_selector_file_rel_path = "choose.py"\nrequired_python_version = ">=3.9"\n',
      "choose.py": noting(`return ${JSON.stringify(python("3.12"))}`),
    });
    const one = folderOf(box, "one", { python3: python("3.10") });
    const { stdout, stderr } = await good(box, ["-v", "run", "python", "-V"], only(box, one));
    expect(stdout).toMatch(/^Python 3\.12\./);
    expect(stderr).toContain(`chosen by the python selector ${box.path("choose.py")}`);
    expect(stderr.match(/^stage /gm)).toHaveLength(3);
    expect(calls(box)).toBe("(3, 9, 0) 1\n");
    expect(await isWarm(box)).toBe(true);
    expect(calls(box)).toBe("(3, 9, 0) 1\n");
  });

  it.each([
    ["None", "return None", /chose nothing: searching PATH instead$/m],
    [
      "a dead path",
      'return "/nowhere/python"',
      /chose \/nowhere\/python, which does not work \(it does not exist\): searching/,
    ],
  ])("that answers with %s: a warning, once, and the search", async (_, body, warning) => {
    const box = repo({ "prime.toml": 'python_selector_file_rel_path = "choose.py"\n', "choose.py": noting(body) });
    const one = folderOf(box, "one", { python3: python("3.12") });
    const { stdout, stderr } = await good(box, ["-q", "run", "python", "-V"], only(box, one));
    expect(stdout).toMatch(/^Python 3\.12\./);
    expect(stderr).toMatch(warning);
    expect(stderr.match(/^prime: warning:/gm)).toHaveLength(1);
    expect(calls(box).trim().split("\n")).toHaveLength(1);
  });

  it("that is any other executable gets the version as written and prints one path", async () => {
    const box = repo({
      "prime.toml": 'python_selector_file_rel_path = "tools/choose"\nrequired_python_version = ">=3.9,<4"\n',
    });
    script(box.path("tools/choose"), `echo "$# $1" >>calls\necho chatter >&2\necho ${python("3.12")}`);
    const { stdout } = await good(box, ["run", "python", "-V"], only(box));
    expect(stdout).toMatch(/^Python 3\.12\./);
    expect(calls(box)).toBe("1 >=3.9,<4\n");
  });
});

describe("stages", () => {
  it("are hops of one process: executable, number, reason and time of each", async () => {
    const box = repo({});
    const started = box.start(["-v", "run", "sh", "-c", "echo $$"]);
    const { code, stdout, stderr } = await started.ended;
    expect(code).toBe(0);
    const { pid } = started.child;
    expect(stdout).toBe(`${pid}\n`);
    const stages = [...stderr.matchAll(/^stage (\w+): (\S+), pid (\d+), (\d+) ms: (.+)$/gm)].map((match) =>
      match.slice(1),
    );
    expect(stages.map(([name]) => name)).toEqual(["node", "python", "venv"]);
    for (const [, executable, number, , reason] of stages) {
      expect([executable, number, reason]).toEqual([process.execPath, `${pid}`, "the first start here"]);
    }
    const times = stages.map(([, , , time]) => Number(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(stderr).toMatch(/^hop to stage python: selected \S+, the first found that fits any Python 3$/m);
    expect(stderr).toContain(`hop to stage venv: built generation ${shown(box)}\n`);
  });

  it("are not skipped by a PRIME_PROGRESS that is forged, stale or foreign, and none reaches the command", async () => {
    const facts = { python: "/nowhere/python", why: "forged", generation: "none", reason: "forged", since: "0" };
    const box = repo({});
    const progress = { stage: "venv", root: box.root, shellPid: 1, shellStart: "1", facts };
    const forged = [
      "1",
      "{",
      JSON.stringify(progress),
      JSON.stringify({ ...progress, shellPid: process.pid }),
      JSON.stringify({ ...progress, root: "/elsewhere", stage: "python" }),
    ];
    for (const [number, PRIME_PROGRESS] of forged.entries()) {
      edit(box, ".python-version", `3\n# ${number}\n`);
      const cold = await good(box, ["-v", "run", "env"], { env: { PRIME_PROGRESS } });
      expect(cold.stderr).toMatch(/^stage node: /m);
      expect(cold.stderr).not.toContain("forged");
      expect(cold.stdout).not.toMatch(/^PRIME_/m);
      const warm = await good(box, ["run", "env"], { env: { PRIME_PROGRESS } });
      expect(warm.stderr).toBe("");
      expect(warm.stdout).toBe(cold.stdout);
      expect(warm.stdout).not.toMatch(/^PRIME_/m);
    }
  });

  it("run nothing that a PRIME_PROGRESS names, be it forged by the very process that becomes prime", async () => {
    const box = repo({});
    const ran = path.join(box.base, "ran");
    const facts = { python: path.join(box.base, "evil"), how: "forged", reason: "forged", since: 0 };
    fs.writeFileSync(facts.python, `#!/bin/sh\n: >'${ran}'\nexec '${goodPython()}' "$@"\n`, { mode: 0o755 });
    const forge = `read -r stat </proc/$$/stat
start=$(printf '%s' "\${stat##*) }" | cut -d' ' -f20)
export PRIME_PROGRESS='{"stage":"'$STAGE'","root":"'$ROOT'","shellPid":'$$',"shellStart":"'$start'","facts":'$FACTS'}'
exec "$@"`;
    const shell = ["/bin/sh", "-c", forge, "sh"];
    for (const STAGE of ["node", "python", "venv"]) {
      for (const args of [["run", "true"], ["status"], ["doctor"], ["verify"], ["eval"]]) {
        fs.rmSync(box.path(".prime"), { recursive: true, force: true });
        const env = { STAGE, ROOT: box.root, FACTS: JSON.stringify(facts) };
        const { stderr } = await box.run(args, { env, shell });
        expect([STAGE, args, fs.existsSync(ran), stderr.includes("evil")]).toEqual([STAGE, args, false, false]);
      }
    }
  });
});
