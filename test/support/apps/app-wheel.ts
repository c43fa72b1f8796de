import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { anyPython } from "../../fixtures/python.ts";

/** Adds the RECORD of `files`, and writes them as a wheel: the same bytes each time. */
export const WRITE_FILES = `def row(path, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text)}\\n"
files[f"{info}/RECORD"] = "".join(row(*file) for file in files.items()) + f"{info}/RECORD,,\\n"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, text in files.items():
        wheel.writestr(zipfile.ZipInfo(path), text)
`;

/** Writes a wheel (PEP 427) with a module and a console script of its name. */
const WRITE_WHEEL = `
import base64, hashlib, sys, zipfile
folder, name, version, code, *requires = sys.argv[1:]
info = f"{name}-{version}.dist-info"
needs = "".join(f"Requires-{'Python' if text[0] in '<>=!~' else 'Dist'}: {text}\\n" for text in requires)
files = {
    f"{name}.py": code,
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{needs}",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    f"{info}/entry_points.txt": f"[console_scripts]\\n{name} = {name}:main\\n",
}
${WRITE_FILES}`;

/** What a release says that works: its version and its arguments. */
export function saying(version: string, more = ""): string {
  return `import os, sys\n\ndef main():\n    ${more || "pass"}\n    print("foo", "${version}", *sys.argv[1:])\n`;
}

/** Writes a wheel with a console script of its name into a folder; gives its absolute path. A range among what it `requires` is Python's. */
export function appWheel(
  folder: string,
  name: string,
  version: string,
  code: string,
  requires: readonly string[] = [],
): string {
  execFileSync(anyPython(), ["-c", WRITE_WHEEL, folder, name, version, code, ...requires]);
  return path.join(folder, `${name}-${version}-py3-none-any.whl`);
}

/** Changes a text in a file of a wheel, whose RECORD is left as it is unless that is the file. */
const CHANGE = `
import sys, zipfile
wheel, end, old, new = sys.argv[1:]
with zipfile.ZipFile(wheel) as before:
    files = {name: before.read(name).decode() for name in before.namelist()}
with zipfile.ZipFile(wheel, "w") as after:
    for name, text in files.items():
        after.writestr(zipfile.ZipInfo(name), text.replace(old, new) if name.endswith(end) else text)
`;

export function changeWheel(wheel: string, end: string, old: string, to: string): void {
  execFileSync(anyPython(), ["-c", CHANGE, wheel, end, old, to]);
}
