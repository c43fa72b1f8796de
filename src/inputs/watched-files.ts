import { readText } from "../edges/files/read.ts";
import { parseToml, type Table } from "../toml.ts";
import type { Input } from "./input.ts";

/** Reads files, each once, and remembers every one of them, there or not, as an input. */
export class WatchedFiles {
  readonly #texts = new Map<string, string | undefined>();
  readonly #tables = new Map<string, Promise<Table>>();
  readonly #inputs: Input[] = [];

  get inputs(): readonly Input[] {
    return this.#inputs;
  }

  /** `undefined` when there is no such file: then its absence is the input. */
  text(file: string): string | undefined {
    if (!this.#texts.has(file)) {
      const text = readText(file);
      this.#texts.set(file, text);
      this.#inputs.push({ kind: text === undefined ? "absent" : "file", path: file });
    }
    return this.#texts.get(file);
  }

  async toml(file: string): Promise<Table | undefined> {
    const text = this.text(file);
    if (text === undefined) return undefined;
    const table = this.#tables.get(file) ?? parseToml(text, file);
    this.#tables.set(file, table);
    return table;
  }

  /** For what was looked for without reading it: it is there, it is not, or it is where a file was looked for no file. */
  note(kind: "present" | "absent" | "no-file", file: string): void {
    this.#inputs.push({ kind, path: file });
  }

  /** For a link that counts by what it leads to. */
  noteLink(link: string, target: string): void {
    this.#inputs.push({ kind: "same", path: link, target });
  }
}
