import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { withSharedPaths } from "../names/shared.ts";

/** Node's modules that take milliseconds to load; many starts end without having needed one. */
const LATE = ["child_process", "crypto", "dns", "http", "https", "net", "tls", "tty", "zlib"].map(
  (name) => `node:${name}`,
);

const OURS = /\/src\/[^:]*\.ts$/;
/** Modules that import a builtin at once, and use it only in what few starts do. */
const EARLY = /\/node_modules\/commander\//;

/**
 * Takes Node's modules as they are: for `import * as` esbuild would copy every name of one at each start. A late module
 * is loaded when something of it is first used.
 */
export const builtins: Plugin = {
  name: "builtins",
  setup(build) {
    build.onLoad({ filter: OURS }, ({ path }) => ({
      contents: withSharedPaths(
        withoutDescriptions(readFileSync(path, "utf8")).replace(
          /^import \* as (\w+) from ("node:\w+");$/gm,
          "import $1 = require($2);",
        ),
      ),
      loader: "ts",
    }));
    build.onResolve({ filter: new RegExp(`^(?:${LATE.join("|")})$`) }, ({ importer, path }) =>
      OURS.test(importer) || EARLY.test(importer) ? { path, namespace: "late" } : { path, external: true },
    );
    build.onLoad({ filter: /.*/, namespace: "late" }, ({ path }) => ({
      // The bundler copies a module's own properties, so these are inherited ones.
      contents: `module.exports = Object.create(new Proxy({}, {
        get: (_, name) => (name === "__esModule" ? undefined : require(${JSON.stringify(path)})[name]) }));`,
    }));
  },
};

/** Leaves out the descriptions in schemas: `build/schema.ts` needs them, and reads the sources. */
function withoutDescriptions(source: string): string {
  let text = source;
  for (let found = DESCRIPTION.exec(text); found !== null; found = DESCRIPTION.exec(text)) {
    let at = found.index + found[0].length;
    for (let depth = 1; depth > 0; at += 1) {
      const quote = /["'`]/.exec(text[at] as string)?.[0];
      if (quote !== undefined) at = endOfText(text, at, quote);
      else if (text[at] === "(") depth += 1;
      else if (text[at] === ")") depth -= 1;
    }
    text = text.slice(0, found.index) + text.slice(at);
  }
  return text;
}

const DESCRIPTION = /,\s*v\.(?:description|metadata|examples)\(/;

function endOfText(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (text[at] !== quote) at += text[at] === "\\" ? 2 : 1;
  return at;
}
