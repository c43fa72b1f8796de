import type { Metafile } from "esbuild";
import { packageFolder } from "./notices.ts";

/** Bytes by package, and by folder of our own sources, before names and blanks are shortened (to about half); largest first. */
export function sizeTable(metafile: Metafile): string {
  const sizes = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const part = packageFolder(file)?.replace(/^.*node_modules\//, "") ?? file.split("/").slice(0, 2).join("/");
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  const rows = [...sizes].filter(([, size]) => size > 0).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return rows.map(([part, size]) => `${String(size).padStart(8)}  ${part}`).join("\n");
}
