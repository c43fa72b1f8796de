import { PrimeError } from "../errors.ts";
import { normalizeName } from "../project/packages.ts";
import { withoutSecrets } from "../secrets.ts";

/** A wheel or source archive that a place has. */
export interface SourceFile {
  /** As a file is called; it says the package and its version. */
  readonly name: string;
  readonly url: string;
  readonly sha256: string | undefined;
  /** Withdrawn (PEP 592): for whoever asks for this very version. */
  readonly yanked?: boolean;
  /** Another one when the bytes are others, as the place tells. */
  readonly tag?: string;
  /** Gets it into a new file, for what prime alone can ask; absent where uv can. */
  download?(file: string): Promise<{ readonly sha256: string; readonly validator?: string | undefined }>;
  /** Whether the place has still what it named by this validator, where its listing does not tell. */
  isUnchanged?(validator: string): Promise<boolean>;
}

/** The files of a place, which must have some: of one that is no longer what it was no other is asked in its stead. Throws `no-source`. */
export function someOf(files: SourceFile[], place: string): SourceFile[] {
  if (files.length > 0) return files;
  throw new PrimeError(
    "no-source",
    `could not find releases at ${withoutSecrets(place)}: it lists no wheel and no source archive`,
    "a page for logging in may have answered, or nothing is mounted there",
  );
}

/** Who lists a file may say anything: a name leads nowhere. */
const WHEEL = /^([A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-([\w.!+]+)(?:-\d[\w.]*)?-[\w.]+-[\w.]+-[\w.]+\.whl$/;
const ARCHIVE = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)-(\d[\w.!+]*)\.(?:tar\.gz|zip)$/;

/** Of setuptools, for any machine: one for a kind of machine is for an old Python, too. */
const EGG = /^((?:.*\/)?[A-Za-z0-9_.]+-[^-/]+)(?:-py(\d)\.(\d+))?\.egg$/;

/** As the `wheel` library names the wheel that it makes of an egg; undefined for any other file. */
export function wheelOfEgg(file: string): string | undefined {
  const [, start, major, minor] = EGG.exec(file) ?? [];
  return start && `${start}-${major === undefined ? "py2.py3" : `py${major}${minor}`}-none-any.whl`;
}

/** The package, normalized, that a file's name says (binary and source distribution format, eggs); `undefined` for other files. */
export function packageOf(file: string): string | undefined {
  const name = partsOf(file)?.[1];
  return name && normalizeName(name);
}

/** Files by the package that their names say. A place can list a million. */
export function byPackage(files: readonly SourceFile[]): Map<string, SourceFile[]> {
  const found = new Map<string, SourceFile[]>();
  for (const file of files) {
    const own = packageOf(file.name);
    if (own === undefined) continue;
    const others = found.get(own);
    if (others === undefined) found.set(own, [file]);
    else others.push(file);
  }
  return found;
}

/** The version that it says. */
export function versionIn(file: string): string | undefined {
  return partsOf(file)?.[2];
}

function partsOf(file: string): RegExpExecArray | null {
  return WHEEL.exec(wheelOfEgg(file) ?? file) ?? ARCHIVE.exec(file);
}
