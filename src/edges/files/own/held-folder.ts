import * as fs from "node:fs";
import * as path from "node:path";
import { PrimeError } from "../../../errors.ts";
import { CALMLY } from "../errors.ts";

const AS_FOLDER = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;

/** Below this folder stands what is open, by its number, whatever has its path by now (proc(5)). */
const OPENED = process.platform === "linux" && fs.existsSync("/proc/self/fd") ? "/proc/self/fd" : undefined;

/**
 * A folder that is kept open, reached without following a link. What is done by `at` is done in this very folder, as by
 * openat(2), which Node does not have: on Linux through /proc. Elsewhere the path is compared with what is open each time, so
 * that somebody who exchanges the folder is noticed unless that comes within those microseconds.
 */
export class HeldFolder {
  readonly path: string;
  readonly dev: string;
  readonly ino: string;
  /** Where it is mounted: a bind mount has the device of what it shows, and a number of its own (proc(5), fdinfo). */
  readonly mount: string;
  readonly #fd: number;

  private constructor(folder: string, fd: number) {
    const { dev, ino } = fs.fstatSync(fd, { bigint: true });
    this.path = folder;
    this.dev = String(dev);
    this.ino = String(ino);
    this.mount = `${dev} ${mountOf(fd)}`;
    this.#fd = fd;
  }

  /** Opens a folder by its absolute path; refuses one to which a link leads. Undefined when nothing is there. */
  static open(folder: string): HeldFolder | undefined {
    if (fs.lstatSync(folder, CALMLY) === undefined) return undefined;
    const real = fs.realpathSync.native(folder);
    if (real !== folder) throw reachedByLink(folder, real);
    const held = new HeldFolder(folder, fs.openSync(folder, AS_FOLDER));
    const is = OPENED === undefined ? real : fs.readlinkSync(`${OPENED}/${held.#fd}`);
    if (is === folder) return held;
    held.close();
    throw reachedByLink(folder, is);
  }

  /** Opens a folder in this one; fails for all else, be it a link to a folder. */
  enter(name: string | Buffer): HeldFolder {
    return new HeldFolder(path.join(this.path, name.toString()), fs.openSync(this.at(name), AS_FOLDER));
  }

  /** A path for the next call alone. */
  at(name: string | Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.#where()}/`), Buffer.from(name)]);
  }

  names(): Buffer[] {
    return fs.readdirSync(this.#where(), "buffer");
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #where(): string {
    if (OPENED !== undefined) return `${OPENED}/${this.#fd}`;
    const { dev, ino } = fs.lstatSync(this.path, { bigint: true });
    if (String(dev) === this.dev && String(ino) === this.ino) return this.path;
    throw new PrimeError(
      "exchanged",
      `could not go on in ${this.path}: it is another folder now`,
      "find out who moves it, and start again",
    );
  }
}

/** Does something in a folder, and closes it. */
export function within<T>(folder: HeldFolder, act: (folder: HeldFolder) => T): T {
  try {
    return act(folder);
  } finally {
    folder.close();
  }
}

/** Does something with what has a name in its folder; undefined where that folder is not there. */
export function inFolderOf<T>(file: string, act: (folder: HeldFolder, name: string) => T): T | undefined {
  const folder = HeldFolder.open(path.dirname(file));
  return folder && within(folder, () => act(folder, path.basename(file)));
}

function mountOf(fd: number): string {
  if (OPENED === undefined) return "";
  return /^mnt_id:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1] ?? "";
}

function reachedByLink(folder: string, real: string): PrimeError {
  return new PrimeError(
    "reached-by-link",
    `could not use ${folder}: a link leads from there to ${real}`,
    "put a real folder there",
  );
}
