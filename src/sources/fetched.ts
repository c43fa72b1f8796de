import * as path from "node:path";
import { compare, explain } from "@renovatebot/pep440";
import type { Environment } from "../edges/command.ts";
import { makeFolder, rename, writeAtomic } from "../edges/files/change.ts";
import { isAbandoned, makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { isFile, namesInFolder, readText, sha256, sha256OfFile } from "../edges/files/read.ts";
import { VALIDATOR } from "../edges/network/receive/download.ts";
import { patienceOf } from "../edges/network/receive/patience.ts";
import { type Shelf, startShelf } from "../edges/network/receive/shelf.ts";
import { PrimeError } from "../errors.ts";
import { withFiles } from "../project/files/pylock.ts";
import type { Table } from "../toml.ts";
import { byPackage, type SourceFile, versionIn, wheelOfEgg } from "./source-file.ts";

/** Bytes of a wheel or a source archive. */
export const MOST_FILE = 4_000_000_000;

/** So many times longer than for any byte; with its three further tries that ends before the updater is ended. */
const PATIENCE = 5;

const GONE = /the server says (?:404|410)$/;

/** Files of places that prime alone can ask: they are fetched when uv asks for them, each once. */
export class Fetched {
  readonly #folder: string;
  readonly #files = new Map<string, SourceFile>();
  readonly #underway = new Map<string, Promise<string>>();
  readonly #there = new Map<string, string>();
  readonly #versions = new Map<string, readonly string[]>();
  #shelf: Shelf | undefined;
  #gone: PrimeError | undefined;
  /** Makes a wheel of an egg, in a folder; both absolute. */
  convert: ((egg: string, folder: string) => Promise<void>) | undefined;

  /** `folder`, absolute: where they are kept until another release is chosen. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those files as uv is to see them. */
  async offered(files: readonly SourceFile[]): Promise<SourceFile[]> {
    for (const [own, all] of byPackage(files)) {
      const versions = all.filter(({ yanked }) => !yanked).map(({ name }) => versionIn(name) ?? "");
      if (!this.#versions.has(own)) this.#versions.set(own, versions);
    }
    if (files.every(({ download }) => download === undefined)) return [...files];
    this.#shelf ??= await startShelf((name) => this.#get(name));
    const { url } = this.#shelf;
    return files.map((file) => {
      if (file.download === undefined) return file;
      const wheel = wheelOfEgg(file.name) ?? file.name;
      const name = `${sha256(`${file.url} ${file.tag ?? ""}`).slice(0, 16)}/${wheel}`;
      this.#files.set(name, file);
      const told = wheel === file.name ? file.sha256 : undefined;
      return { ...file, name: wheel, sha256: told, url: url + name.split("/").map(encodeURIComponent).join("/") };
    });
  }

  /** Where a file that was offered comes from, and where it is now that uv has asked for it. */
  originOf(url: string): { readonly url: string; readonly file: string } | undefined {
    const name = this.#nameOf(url);
    const [from, file] = [this.#files.get(name ?? ""), this.#there.get(name ?? "")];
    return from === undefined || file === undefined ? undefined : { url: from.url, file };
  }

  /** Before uv asks for what another resolution needs. */
  forgetAsked(): void {
    this.#there.clear();
  }

  /** A package of a lock without those offered files that uv did not ask for: they are for other machines. */
  withoutUnasked(entry: Table): Table {
    return withFiles(entry, ({ url }) => this.#nameOf(url) === undefined || this.originOf(String(url)) !== undefined);
  }

  /** The newest version of a package (normalized) that the first place with it offered, and that is no pre-release. */
  newestOf(name: string): string | undefined {
    const own = this.#versions.get(name) ?? [];
    return own
      .filter((version) => explain(version)?.is_prerelease === false)
      .sort(compare)
      .at(-1);
  }

  /** Where a place had not what it lists, when uv asked for that. */
  get gone(): PrimeError | undefined {
    return this.#gone;
  }

  /** What else went wrong then. */
  get failure(): unknown {
    return this.#shelf?.failure;
  }

  /** What uv needs to reach them by no proxy, and to wait for one until it is fetched as a whole. */
  direct(env: Environment): Environment {
    const all = `${env.no_proxy ?? env.NO_PROXY ?? ""},127.0.0.1`;
    const seconds = String((PATIENCE * patienceOf(env).silentMs) / 1000);
    return this.#shelf === undefined ? {} : { NO_PROXY: all, no_proxy: all, UV_HTTP_TIMEOUT: seconds };
  }

  close(): void {
    this.#shelf?.close();
  }

  /** Removes what was fetched but those that are `kept`, by their paths. */
  keep(kept: ReadonlySet<string>): void {
    for (const name of namesInFolder(this.#folder)) {
      const folder = path.join(this.#folder, name);
      if (!namesInFolder(folder).some((one) => kept.has(path.join(folder, one)))) remove(folder);
    }
  }

  async #get(name: string): Promise<string | undefined> {
    const from = this.#files.get(name);
    if (from === undefined) return undefined;
    const known = this.#underway.get(name) ?? this.#wheel(from, path.join(this.#folder, name));
    this.#underway.set(name, known);
    try {
      this.#there.set(name, await known);
      return await known;
    } catch (error) {
      if (!(error instanceof PrimeError) || !GONE.test(error.message)) throw error;
      this.#gone ??= error;
      return undefined;
    }
  }

  #nameOf(url: unknown): string | undefined {
    if (this.#shelf === undefined || typeof url !== "string" || !url.startsWith(this.#shelf.url)) return undefined;
    return decodeURIComponent(url.slice(this.#shelf.url.length));
  }

  /** The file itself, or what is made of an egg. */
  async #wheel(source: SourceFile, file: string): Promise<string> {
    const brought = await this.#bring(source, path.join(path.dirname(file), source.name));
    if (!isFile(file)) await this.convert?.(brought, path.dirname(file));
    return file;
  }

  async #bring(source: SourceFile, file: string): Promise<string> {
    const { url, sha256: expected, download, isUnchanged } = source;
    const there = sha256OfFile(file);
    const isMeant = expected === undefined || there === expected;
    const validator = readText(file + VALIDATOR);
    const isKnown = expected !== undefined || isUnchanged === undefined;
    if (there !== undefined && isMeant && (isKnown || (validator && (await isUnchanged(validator))))) return file;
    makeFolder(path.dirname(file));
    const part = partOf(file);
    const got = await download?.(part);
    if (expected !== undefined && got?.sha256 !== expected) {
      remove(part);
      throw new PrimeError(
        "changed-file",
        `could not take ${url}: its sha256 is not the one listed for it`,
        "tell whoever runs that place",
      );
    }
    for (const old of [file + VALIDATOR, wheelOfEgg(file), file]) if (old !== undefined) remove(old);
    rename(part, file);
    if (got?.validator !== undefined) writeAtomic(file + VALIDATOR, got.validator);
    return file;
  }
}

/** A part of a file that is fetched by this process; one that an ended process has left is gone on with. */
function partOf(file: string): string {
  const own = `${file}.${makerMark()}`;
  const folder = path.dirname(file);
  const [left] = namesInFolder(folder).filter(
    (name) =>
      name.startsWith(`${path.basename(file)}.`) &&
      !name.endsWith(VALIDATOR) &&
      isAbandoned(path.join(folder, name), 0),
  );
  if (left === undefined || isFile(own)) return own;
  for (const end of ["", VALIDATOR]) {
    const from = path.join(folder, left) + end;
    if (isFile(from)) rename(from, own + end);
  }
  return own;
}
