import * as fs from "node:fs";
import * as path from "node:path";
import { type Installed, install, somePython } from "../pythons/interpreters.ts";
import type { Sandbox } from "../sandbox.ts";

/** Programs that tell when they are run, by a folder that every user can write. */
export class Tattler {
  private readonly folder: string;

  constructor(box: Sandbox) {
    this.folder = path.join(box.base, "told");
    fs.mkdirSync(this.folder);
    fs.chmodSync(this.folder, 0o777);
  }

  /** Names of what was run since the last time that somebody asked. */
  told(): string[] {
    const names = fs.readdirSync(this.folder).sort();
    for (const name of names) fs.rmSync(path.join(this.folder, name));
    return names;
  }

  /** A script that tells, and then is the program that is asked for, if any. */
  script(file: string, then = "exit 1"): string {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, `#!/bin/sh\n: >'${this.mark(file)}'\n${then}\n`, { mode: 0o755 });
    return file;
  }

  /** A line of Python that tells. */
  python(name: string): string {
    return `open(${JSON.stringify(path.join(this.folder, name))}, "w").close()\n`;
  }

  /** A real interpreter whose library tells when prime asks it what it is. */
  interpreter(prefix: string): Installed {
    const made = install(somePython(), prefix);
    const module = path.join(made.stdlib, "struct.py"); // which the probe imports
    const text = fs.readFileSync(module);
    fs.rmSync(module);
    fs.writeFileSync(module, `${text}\n${this.python(path.basename(prefix))}`);
    return made;
  }

  private mark(file: string): string {
    return path.join(this.folder, path.basename(file));
  }
}
