import type { UvPin } from "../config/config.ts";

/**
 * Platform, wheel, executable, digests as a wheel's RECORD has them, which are shorter than hexadecimal. One text: in quotes of their own
 * they look like secrets to those who scan what is committed.
 */
const SHA256 = `
linux-aarch64-gnu Cz6LGk9eQF4x4v8z3or0dEgx6fczhTlnHvvYw8lOeR0 WqRCe9kjz9yi1Wo1d_YNj6eCWqO0lv75dd_W8D21fSg
linux-aarch64-musl Cz6LGk9eQF4x4v8z3or0dEgx6fczhTlnHvvYw8lOeR0 WqRCe9kjz9yi1Wo1d_YNj6eCWqO0lv75dd_W8D21fSg
linux-armv7l-gnu hvExn4UeZFvClbuSHmvhm-rn5pIWx1roCQEMp4Fzk6o f8bMNtbrNJAepGMnG4-qff2ToMHTAai_iqvwuO5u_-Q
linux-armv7l-musl nPC3sS8T2mqxyFaUq2GNl6K70MkEzep_AXL7HddoudU EGn8IPYRu6-zn-L96ox-760PHWmUY2m17u9RkzDwRig
linux-i686-gnu Ws5-wzl5isoxvlGnX6fBVE_oTgL63Rep-jMkgTu68jc DhwC8t-BxF3JVSIYWsKTnCB3_wttc8sPdgJEw2tbTEY
linux-i686-musl Y9gHRR5jyNIbGzPJRa8WQ4rJ2P_dxZsxzmnGkhNYkfU Zb7YnA7CNrbCzGCINszckJXCBfZ2YomAuFoiQPIZ5Tw
linux-x86_64-gnu 4YpXuLNS63yP6zF7n29TPI8K2Wc_1s80u-PPGp9qiYQ SnYHWJkS2cIOhrhgsDL3x_KRPJo-dvRq7xNohTh0Urg
linux-x86_64-musl KUUcYPXosHQD4KF11SKe_DawKJs0FD_0qqSZpd1SVTo qIDbf19nRbXsgKpsyv3OBt2rFDQBO1XGK7L97R4vnLU
macosx-arm64 YraUPH_WT6xoVPeAvqbgNZ5aW8MkH4PuNXuzgnavrEk -YBmwTLcN7g6iGH5tTjXMrWq1B07Omnker8nza74Qqk
macosx-x86_64 txJMoZVuwuR2oQA-pXFaFfAmavrsN_TcnGlyuoGD5tE r9v0uTq0dGaPitmdovt_tlYsAgpLvYYOmxkJGBSYsbY
`;

const ROWS = Array.from(SHA256.matchAll(/(\S+) (\S+) (\S+)/g), ([, platform = "", ...digests]) => [
  platform,
  ...digests.map(inHex),
]) as [platform: string, wheel: string, program: string][];

function inHex(digest: string): string {
  return Buffer.from(digest, "base64url").toString("hex");
}

/** Written by build/pins.ts: the uv that this release of prime deploys, by the digests of its wheels and of what is in them. */
export const UV_PIN: UvPin = {
  version: "0.13.8",
  sha256: Object.fromEntries(ROWS),
  programs: ROWS.map(([, , program]) => program),
};

/** Its place in uv's repository, and its sha256. */
const LIST = "crates/uv-python-managed/download-metadata.json -I1mCGmdfNVxM-37_PYoDEwRy6XaPfvcuSSRjJTQ3AQ".split(
  " ",
) as [string, string];

/** The list of interpreters that this uv is built with, at its tag. */
export const UV_PYTHONS = {
  url: `https://raw.githubusercontent.com/astral-sh/uv/${UV_PIN.version}/${LIST[0]}`,
  sha256: inHex(LIST[1]),
};
