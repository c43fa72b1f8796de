import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { interpreterOf, withInterpreter } from "../../../src/venv/shebang.ts";
import { anyPython } from "../../fixtures/python.ts";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-shebang-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const SCRIPT = "#!/somewhere/bin/python\nimport sys\nprint(sys.executable, *sys.argv[1:])\n";

describe("a script", () => {
  it.each(["plain", "it's with spaces & $", "long".repeat(40)])("is run by the interpreter it is given: %s", (name) => {
    const python = path.join(folder, name, "python");
    fs.mkdirSync(path.dirname(python));
    fs.writeFileSync(python, `#!/bin/sh\nexec '${anyPython()}' "$@"\n`, { mode: 0o755 });
    const text = withInterpreter(SCRIPT, python);
    expect(interpreterOf(text)).toBe(python);
    expect(withInterpreter(text, "/somewhere/bin/python")).toBe(SCRIPT);
    const script = path.join(folder, name, "script");
    fs.writeFileSync(script, text, { mode: 0o755 });
    const { stdout, stderr } = spawnSync(script, ["a b", "c"], { encoding: "utf8" });
    expect([stdout.split(" ").slice(-3).join(" "), stderr]).toEqual(["a b c\n", ""]);
  });

  it("names what it is run by, in every spelling", () => {
    expect(interpreterOf("#! /usr/bin/env python3\n")).toBe("/usr/bin/env");
    expect(interpreterOf(`#!/bin/sh\n'''exec' "/a b/python" "$0" "$@"\n' '''\n`)).toBe("/a b/python");
    expect(interpreterOf("#!/bin/sh\n'''exec' /a/python \"$0\" \"$@\"\n' '''\n")).toBe("/a/python");
    expect(interpreterOf("#!/bin/sh\necho\n")).toBe("/bin/sh");
    expect(interpreterOf("\x7fELF")).toBeUndefined();
  });
});
