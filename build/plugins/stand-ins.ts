import * as path from "node:path";
import type { Plugin } from "esbuild";

/** Files that take the place of a package below another one: it is large, and little of it is used. */
const STAND_INS: Readonly<Record<string, string>> = { minimatch: "src/channels/tuf/path-pattern.ts" };

export const standIns: Plugin = {
  name: "stand-ins",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(?:${Object.keys(STAND_INS).join("|")})$`) }, ({ path: name }) => ({
      path: path.join(build.initialOptions.absWorkingDir ?? "", STAND_INS[name] as string),
    }));
  },
};
