/** One archive that an interpreter can be made from. */
export interface PythonBuild {
  /** `cpython` */
  readonly implementation: string;
  /** PEP 440: `3.12.12`, `3.14.0rc1`. */
  readonly version: string;
  /** `linux-x86_64-gnu`, `macosx-arm64`; an x86_64 for newer processors alone is `linux-x86_64_v3-gnu`. */
  readonly platform: string;
  /** `freethreaded`, `debug`, `freethreaded+debug`. */
  readonly variant: string | null;
  /** Which build of the same version: a later one sorts behind; "" where nothing is said. */
  readonly build: string;
  /** `https:`, `http:` or `file:`. */
  readonly url: string;
  /** In hexadecimal; null is a refusal: what nobody can check is not unpacked. */
  readonly sha256: string | null;
}
