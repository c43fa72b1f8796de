import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Plugin } from "esbuild";

/** What stands in for a package below another, which takes much and is asked for little. */
const STAND_INS: Readonly<Record<string, string>> = { minimatch: "src/channels/tuf/path-pattern.ts" };

export const standIns: Plugin = {
  name: "stand-ins",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(?:${Object.keys(STAND_INS).join("|")})$`) }, ({ path: name }) => ({
      path: path.join(build.initialOptions.absWorkingDir ?? "", STAND_INS[name] as string),
    }));
    build.onLoad({ filter: /\/@tufjs\/models\/dist\/index\.js$/ }, ({ path: file }) => ({ contents: allOf(file) }));
  },
};

/** Such an index has a function for each name that it hands on; here it is all that its parts have. */
function allOf(index: string): string {
  const parts = [...readFileSync(index, "utf8").matchAll(/^var \w+ = (require\("[^"]+"\));$/gm)];
  if (parts.length === 0) throw new Error(`${index} has no parts`);
  return `module.exports = { ${parts.map(([, part]) => `...${part}`).join(", ")} };`;
}
