import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { BACKEND, PROJECT } from "../../support/checkouts/slow-repo.ts";
import { good, repo } from "../../support/repos.ts";
import { describeEachShell, LONG_AGO, type Sandbox } from "../../support/sandbox.ts";

/** What answers the head, and what it would do if it were heard. */
const FORGED = ": prime;echo forged; exit 77\n";

/** Python that tells which pipes it was given beside the standard streams, and writes into each of them. */
const TELL = `
import os, sys
for number in range(3, 64):
    try:
        target = os.readlink("/proc/self/fd/%d" % number)
    except OSError:
        continue
    with open(os.environ["TOLD"], "a") as told:
        told.write("%s %d %s\\n" % (os.environ.get("WHO", "?"), number, target))
    if target.startswith(("pipe:", "socket:")) or target.startswith("/dev/pts"):
        os.write(number, b"${FORGED.replace("\n", "\\n")}")
open(os.environ["TOLD"], "a").write("here\\n")
`;

const TELL_SH = `#!/bin/sh
echo here >>"$TOLD"
for number in 3 4 5 6 7 8 9; do
  if { true >&$number; } 2>/dev/null; then
    readlink /proc/$$/fd/$number >>"$TOLD"
    printf '${FORGED.replace("\n", "\\n")}' >&$number
  fi
done
`;

function told(file: string): string[] {
  return fs.readFileSync(file, "utf8").trim().split("\n");
}

/** A repo in which everything that can be is the repo's own code. */
function hostile(driver: "venv_uv" | "venv_pip"): Sandbox {
  const box = repo({
    "pyproject.toml": PROJECT,
    "backend.py": TELL + fs.readFileSync(BACKEND, "utf8"),
    "prime.toml": `venv_driver = "${driver}"
python_selector_file_rel_path = "select"
setup = ["sh ./tell"]
`,
  });
  box.file("select", TELL_SH, { mode: 0o755 });
  box.file("tell", TELL_SH, { mode: 0o755 });
  return box;
}

describeEachShell("what a start runs of a repo", ({ words: shell }) => {
  it("has none of prime's descriptors, and the head hears nothing from it", async () => {
    const box = hostile("venv_uv");
    const file = path.join(box.base, "told");
    const { stdout } = await good(box, ["run", "echo", "done"], { shell, env: { TOLD: file } });
    expect(stdout).toBe("done\n");
    expect(told(file).filter((line) => line === "here").length).toBeGreaterThanOrEqual(3);
    expect(told(file).filter((line) => /pipe|socket/.test(line))).toEqual([]);
  });
});

describe("the same", () => {
  it("under pip, and for a python on PATH that is a script", async () => {
    const box = hostile("venv_pip");
    const file = path.join(box.base, "told");
    const shims = path.join(box.base, "shims");
    fs.mkdirSync(shims);
    const [folder] = (box.env.PATH ?? "").split(":");
    const shim = `${TELL_SH}exec '${folder}/python3' "$@"\n`;
    fs.writeFileSync(path.join(shims, "python3"), shim, { mode: 0o755 });
    const env = { TOLD: file, PATH: `${shims}:${box.env.PATH}` };
    expect((await good(box, ["run", "echo", "done"], { env })).stdout).toBe("done\n");
    expect(told(file).filter((line) => /pipe|socket/.test(line))).toEqual([]);
    expect(told(file).filter((line) => line === "here").length).toBeGreaterThanOrEqual(4);
  });
});

describeEachShell("a command", ({ words: shell }) => {
  it("has the user's own descriptors and no other, be the start cold or warm", async () => {
    const box = repo({});
    const list =
      'for n in 3 4 5 6 7 8 9; do if { true <&$n; } 2>/dev/null; then readlink /proc/$$/fd/$n; fi; done; read -r x <&3; echo "$x"';
    const file = box.file("three", "of the user\n");
    const within = ["/bin/sh", "-c", `exec "$@" 3<'${file}' 6</dev/null`, "sh", ...shell];
    const seen: string[] = [];
    for (const age of [0, 0, 1]) {
      fs.utimesSync(box.launcher, LONG_AGO + age, LONG_AGO + age);
      seen.push((await good(box, ["run", "/bin/sh", "-c", list], { shell: within })).stdout);
    }
    expect(new Set(seen)).toEqual(new Set([`${file}\n/dev/null\nof the user\n`]));
  });
});
