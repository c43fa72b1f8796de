import { type Deed, extend, linesOf } from "../deed.ts";

/** check-manifest compares what git has with what is packed; MANIFEST.in answers for both, when it says so. */
export function planManifest(file: string, text: string, launcher: string): Deed {
  const line = `exclude ${launcher}`;
  const has = linesOf(text).some((one) => /^(?:global-)?exclude\b/.test(one) && one.split(/\s+/).includes(launcher));
  if (has) return { file, verb: "keep", why: "leaves the launcher out" };
  return extend(file, text, [line], `${line}: check-manifest would miss it in what is packed`);
}

/** Those of prime and of all that is bundled. */
export const LICENCES = ["Apache-2.0", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"];

/** REUSE wants to know of each file whose it is, and its licences; the launcher's last lines tell both. */
export function planReuse(file: string, text: string, launcher: string): Deed {
  if (text.includes(JSON.stringify(launcher))) return { file, verb: "keep", why: "names the launcher" };
  const lines = [
    "",
    "[[annotations]]",
    `path = ${JSON.stringify(launcher)}`,
    'precedence = "override"',
    'SPDX-FileCopyrightText = "the authors of prime and of the libraries that it names at its end"',
    `SPDX-License-Identifier = "${LICENCES.join(" AND ")}"`,
  ];
  return extend(file, text, lines, "whose the launcher is; `reuse download --all` gets the texts of its licences");
}
