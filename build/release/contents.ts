/** What the packages are made from. */
export interface Contents {
  readonly name: string;
  readonly version: string;
  readonly launcher: Buffer;
  readonly license: Buffer;
}

export const SUMMARY = "Puts prime, the launcher of a Python repo's environment, into the repo that you stand in";
