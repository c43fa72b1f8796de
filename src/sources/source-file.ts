import { normalizeName } from "../project/packages.ts";

/** A wheel or source archive that a place has. */
export interface SourceFile {
  /** As a file is called; it says the package and its version. */
  readonly name: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

const WHEEL = /^([A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-[^-]+(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl$/;
const ARCHIVE = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)-\d[^-]*\.(?:tar\.gz|zip)$/;

/** The package, normalized, that a file's name says (binary and source distribution format); `undefined` for other files. */
export function packageOf(file: string): string | undefined {
  const name = (WHEEL.exec(file) ?? ARCHIVE.exec(file))?.[1];
  return name && normalizeName(name);
}
