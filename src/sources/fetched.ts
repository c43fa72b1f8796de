import * as path from "node:path";
import { makeFolder, rename } from "../edges/files/change.ts";
import { makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { namesInFolder, sha256, sha256OfFile } from "../edges/files/read.ts";
import { type Shelf, startShelf } from "../edges/network/shelf.ts";
import { PrimeError } from "../errors.ts";
import { withFiles } from "../project/files/pylock.ts";
import type { Table } from "../toml.ts";
import type { SourceFile } from "./source-file.ts";

/** Bytes of a wheel or a source archive. */
export const MOST_FILE = 4_000_000_000;

/** Files of places that prime alone can ask: they are fetched when uv asks for them, each once. */
export class Fetched {
  readonly #folder: string;
  readonly #files = new Map<string, SourceFile>();
  readonly #underway = new Map<string, Promise<string>>();
  readonly #there = new Map<string, string>();
  #shelf: Shelf | undefined;

  /** `folder`, absolute: where they are kept until another release is chosen. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those files as uv is to see them. */
  async offered(files: readonly SourceFile[]): Promise<SourceFile[]> {
    if (files.every(({ download }) => download === undefined)) return [...files];
    this.#shelf ??= await startShelf((name) => this.#get(name));
    const { url } = this.#shelf;
    return files.map((file) => {
      if (file.download === undefined) return file;
      const name = `${sha256(`${file.url} ${file.tag ?? ""}`).slice(0, 16)}/${file.name}`;
      this.#files.set(name, file);
      return { ...file, url: url + name.split("/").map(encodeURIComponent).join("/") };
    });
  }

  /** Where a file that was offered comes from, and where it is now that uv has asked for it. */
  originOf(url: string): { readonly url: string; readonly file: string } | undefined {
    const name = this.#nameOf(url);
    const [from, file] = [this.#files.get(name ?? ""), this.#there.get(name ?? "")];
    return from === undefined || file === undefined ? undefined : { url: from.url, file };
  }

  /** A package of a lock without those offered files that uv did not ask for: they are for other machines. */
  withoutUnasked(entry: Table): Table {
    return withFiles(entry, ({ url }) => this.#nameOf(url) === undefined || this.originOf(String(url)) !== undefined);
  }

  /** What went wrong when uv asked. */
  get failure(): PrimeError | undefined {
    return this.#shelf?.failure;
  }

  /** Ends it; of what was fetched those that are `kept` stay, by their paths. */
  close(kept: ReadonlySet<string>): void {
    this.#shelf?.close();
    for (const name of namesInFolder(this.#folder)) {
      const folder = path.join(this.#folder, name);
      if (!namesInFolder(folder).some((one) => kept.has(path.join(folder, one)))) remove(folder);
    }
  }

  async #get(name: string): Promise<string | undefined> {
    const from = this.#files.get(name);
    if (from === undefined) return undefined;
    const known = this.#underway.get(name) ?? this.#bring(from, path.join(this.#folder, name));
    this.#underway.set(name, known);
    this.#there.set(name, await known);
    return known;
  }

  #nameOf(url: unknown): string | undefined {
    if (this.#shelf === undefined || typeof url !== "string" || !url.startsWith(this.#shelf.url)) return undefined;
    return decodeURIComponent(url.slice(this.#shelf.url.length));
  }

  async #bring({ url, sha256: expected, download }: SourceFile, file: string): Promise<string> {
    const there = sha256OfFile(file);
    if (there !== undefined && (expected === undefined || there === expected)) return file;
    makeFolder(path.dirname(file));
    const aside = `${file}.${makerMark()}`;
    const { sha256: got } = (await download?.(aside)) ?? { sha256: "" };
    if (expected !== undefined && got !== expected) {
      remove(aside);
      throw new PrimeError("changed-file", `could not take ${url}: it is another file than its place says`, {
        hint: "its sha256 is another one; tell who runs that place",
      });
    }
    remove(file);
    rename(aside, file);
    return file;
  }
}
