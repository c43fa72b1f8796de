import * as path from "node:path";
import { deadLink, isFitFile, isFolder, isThere, listFolder, MOST, readText } from "../edges/files/read.ts";
import { quoted } from "../quoted.ts";
import { parseToml, type Table } from "../toml.ts";
import type { Input } from "./input.ts";

type Kind = Exclude<Input["kind"], "same">;

/** How much each kind says about a path: a path is watched once, by the strongest kind that was asked for. */
const STRENGTH: Readonly<Record<Kind, number>> = {
  present: 0,
  absent: 1,
  "no-file": 1,
  dead: 1,
  listing: 2,
  file: 2,
};

/** Gathers what freshness must watch, in the order in which it was looked at, no path twice. */
export class InputCollector {
  readonly #kinds = new Map<string, Kind>();
  readonly #links: Input[] = [];
  readonly #texts = new Map<string, string | undefined>();
  readonly #tables = new Map<string, Promise<Table>>();

  /**
   * Notes a file: its bytes count when it is there, its appearing when it is not. Returns whether it is there. Throws
   * `unfit-file` for one that can't be read or has more than `most` bytes.
   */
  file(file: string, most: number = MOST.made): boolean {
    const there = isFitFile(file, most);
    if (there) this.note("file", file);
    else this.absence(file, isThere(file) ? "no-file" : "absent");
    return there;
  }

  /** Notes a file or folder that counts only by being there or not. */
  presence(folder: string): void {
    if (isThere(folder)) this.note("present", folder);
    else this.absence(folder, "absent");
  }

  /** Notes the names in a folder, and returns them; none when there is no such folder. */
  names(folder: string): readonly string[] {
    const there = isFolder(folder);
    if (there) this.note("listing", folder);
    else if (isThere(folder)) this.note("file", folder);
    else this.absence(folder, "absent");
    return there ? (listFolder(folder) ?? []) : [];
  }

  /** Notes what is not there, or is no regular file; a link that leads nowhere is noted as such. */
  absence(file: string, kind: "absent" | "no-file"): void {
    this.note(deadLink(file) === undefined ? kind : "dead", file);
  }

  /** Notes a link that counts by what it leads to. */
  link(link: string, target: string): void {
    this.#links.push({ kind: "same", path: link, target });
  }

  /**
   * Notes a file that people write, and returns its text, read once; `undefined` when there is none, which counts then.
   */
  text(file: string, most: number = MOST.written): string | undefined {
    if (!this.#texts.has(file)) {
      const isThere = this.file(file, most) || isFolder(file); // which is refused by name: it is no absence
      this.#texts.set(file, isThere ? readText(file, most) : undefined);
    }
    return this.#texts.get(file);
  }

  /** The same as a TOML table, parsed once. */
  async toml(file: string): Promise<Table | undefined> {
    const text = this.text(file);
    if (text === undefined) return undefined;
    const table = this.#tables.get(file) ?? parseToml(text, file);
    this.#tables.set(file, table);
    return table;
  }

  /** A warning for each link below `root`, absolute, that was looked for and leads nowhere. */
  deadLinks(root: string): string[] {
    const dead = [...this.#kinds].filter(([file, kind]) => kind === "dead" && file.startsWith(`${root}/`));
    return dead.map(([file]) => `${file} is a link that leads nowhere (${quoted(deadLink(file) ?? "")}): passed over`);
  }

  list(): Input[] {
    return [...[...this.#kinds].map(([file, kind]) => ({ kind, path: file })), ...this.#links];
  }

  /** Notes a path that the caller has looked at itself. A path is watched once, by the strongest kind. */
  note(kind: Kind, file: string): void {
    const absolute = path.resolve(file);
    const known = this.#kinds.get(absolute);
    if (known === undefined || STRENGTH[kind] > STRENGTH[known]) this.#kinds.set(absolute, kind);
  }
}
