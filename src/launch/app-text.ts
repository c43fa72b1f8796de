import { readStart, readText } from "../edges/files/read.ts";
import { withOwnDigest } from "./own-digest.ts";

/**
 * What turns prime's launcher into an app's: the head gets the name, so that all words are the app's; the end gets the
 * configuration.
 */
export interface AppText {
  readonly name: string;
  /** TOML. */
  readonly config: string;
}

const UNNAMED = "prime_app=''";
const NAMED = /^[^\n]*\n(?:[^\n]*\n){0,8}?[^\n]*prime_app='\+app\+([A-Za-z0-9][A-Za-z0-9._-]*)'/;
const EMBEDDED = /\n\/\/ app ([A-Za-z0-9+/]+={0,2})\n# sha256 [0-9a-f]{64} \*\/\n$/;
const DIGEST = /# sha256 [0-9a-f]{64} \*\/\n$/;
/** Bytes within which the head names its app. */
const HEAD_LENGTH = 600;

/** The part of a ready plan's name that stands for an app; the head has the same. */
export function appKey(name: string): string {
  return `+app+${name}`;
}

/** The launcher of an app, made from any launcher of prime's. */
export function withApp(launcher: string, { name, config }: AppText): string {
  const bare = withoutApp(launcher)
    .replace(DIGEST, "")
    .replace(UNNAMED, `prime_app='${appKey(name)}'`);
  return withOwnDigest(`${bare}// app ${Buffer.from(config).toString("base64")}\n`);
}

/** prime's own launcher, byte for byte as it was built. */
export function withoutApp(launcher: string): string {
  const name = NAMED.exec(launcher)?.[1];
  if (name === undefined) return launcher;
  const text = launcher.replace(EMBEDDED, "\n").replace(`prime_app='${appKey(name)}'`, UNNAMED);
  return withOwnDigest(text);
}

/** The app whose launcher a file is; `undefined` for prime's own launcher. */
export function appOf(file: string): AppText | undefined {
  const name = NAMED.exec(readStart(file, HEAD_LENGTH))?.[1];
  if (name === undefined) return undefined;
  const text = EMBEDDED.exec(readText(file) ?? "")?.[1];
  return { name, config: Buffer.from(text ?? "", "base64").toString() };
}
