import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { goodPython } from "../machine.ts";
import { CACHE } from "../seed.ts";

const ENSUREPIP = path.join(import.meta.dirname, "../../fixtures/ensurepip.py");

const DESCRIBE = `import json, os, sys, sysconfig
print(json.dumps([sys.base_prefix, os.path.dirname(os.__file__), sysconfig.get_path("include"), sys.version.split()[0]]))`;

/**
 * The usual interpreter, whose ensurepip copies what the real one has made: `python -m venv` takes a tenth of the time. For tests of
 * what is installed by pip then, not of how pip gets there. Made once and kept between runs.
 */
export function quickPython(): string {
  const real = fs.realpathSync(goodPython());
  const told = execFileSync(real, ["-I", "-S", "-c", DESCRIBE], { encoding: "utf8", env: {} });
  const [prefix, stdlib, include, version] = JSON.parse(told) as [string, string, string, string];
  const place = createHash("sha256").update(CACHE).digest("hex").slice(0, 8); // its scripts name it: a mount elsewhere has another
  const target = path.join(CACHE, `quick-python-${version}-${place}`);
  const program = path.join("bin", path.basename(real));
  if (fs.existsSync(target)) return path.join(target, program);
  fs.mkdirSync(CACHE, { recursive: true });
  const draft = fs.mkdtempSync(path.join(CACHE, "quick-"));
  try {
    const library = path.join(draft, path.relative(prefix, stdlib));
    for (const folder of ["bin", path.join(library, "site-packages"), path.join(library, "ensurepip")]) {
      fs.mkdirSync(path.resolve(draft, folder), { recursive: true });
    }
    for (const name of fs.readdirSync(stdlib)) {
      if (!fs.existsSync(path.join(library, name))) fs.symlinkSync(path.join(stdlib, name), path.join(library, name));
    }
    fs.mkdirSync(path.join(draft, "include"));
    fs.symlinkSync(include, path.join(draft, path.relative(prefix, include)));
    fs.copyFileSync(real, path.join(draft, program));
    fs.symlinkSync(path.basename(real), path.join(draft, "bin/python3"));
    fs.writeFileSync(path.join(library, "ensurepip/__init__.py"), "");
    fs.copyFileSync(ENSUREPIP, path.join(library, "ensurepip/__main__.py"));
    const seed = path.join(library, "ensurepip/seed");
    execFileSync(real, ["-I", "-m", "venv", seed], { env: {} });
    for (const name of fs.readdirSync(path.join(seed, "bin")).filter((file) => file.startsWith("pip"))) {
      const script = path.join(seed, "bin", name);
      fs.writeFileSync(script, fs.readFileSync(script, "utf8").replaceAll(draft, target));
    }
    fs.chmodSync(draft, 0o755);
    fs.renameSync(draft, target);
  } catch (error) {
    if (!fs.existsSync(target)) throw error;
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
  return path.join(target, program);
}
