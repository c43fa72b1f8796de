import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Node loads streams and sockets with these, which takes 2 ms; many starts end without having needed one. By what is taken from them. */
const LATE: Readonly<Record<string, readonly string[]>> = {
  "node:child_process": ["spawn", "spawnSync"],
  "node:tty": ["isatty", "WriteStream"],
};

const OURS = /\/src\/[^:]*\.ts$/;

/**
 * What Node brings is taken as it is: for `import * as` esbuild would copy every name of it at each start. What is
 * late is loaded when something of it is first asked for.
 */
export const builtins: Plugin = {
  name: "builtins",
  setup(build) {
    build.onLoad({ filter: OURS }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(
        /^import \* as (\w+) from ("node:\w+");$/gm,
        "import $1 = require($2);",
      ),
      loader: "ts",
    }));
    build.onResolve({ filter: new RegExp(`^(?:${Object.keys(LATE).join("|")})$`) }, ({ importer, path }) =>
      OURS.test(importer) ? { path, namespace: "late" } : { path, external: true },
    );
    build.onLoad({ filter: /.*/, namespace: "late" }, ({ path }) => ({
      contents: `for (const name of ${JSON.stringify(LATE[path])})
        Object.defineProperty(exports, name, { enumerable: true, get: () => require(${JSON.stringify(path)})[name] });`,
    }));
  },
};
