import * as path from "node:path";
import * as v from "valibot";
import type { Context } from "../context.ts";
import { lastLineOf, parseJson, TEXT } from "../edges/files/own/own-json.ts";
import { endedWith, run } from "../edges/processes/run.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import { EXTENSIONS_PY } from "../python/texts/texts.ts";

/** The answer of extensions.py: how many modules it loaded, what failed, with the reason, and which modules it knows. */
const EXTENSIONS = v.object({
  loaded: v.number(),
  failed: v.array(v.tuple([TEXT, TEXT])),
  modules: v.array(TEXT),
  known: v.array(TEXT),
});
type Extensions = v.InferOutput<typeof EXTENSIONS>;

/** Has the environment's own interpreter load its extension modules, each in a process of its own. */
export async function loadExtensions(
  context: Pick<Context, "env">,
  generation: string,
  manifest: Pick<Manifest, "sitePackages">,
): Promise<Pick<Extensions, "loaded" | "failed">> {
  const sites = Object.keys(manifest.sitePackages).map((folder) => path.join(generation, folder));
  const python = path.join(generation, "bin", "python");
  const told = await askExtensions(context, python, sites);
  return typeof told === "string" ? { loaded: 0, failed: [[python, told]] } : told;
}

/** What extensions.py tells of these words, or why it tells nothing. */
export async function askExtensions(
  { env }: Pick<Context, "env">,
  file: string,
  words: readonly string[],
): Promise<Extensions | string> {
  const args = ["-I", "-B", "-c", EXTENSIONS_PY, ...words];
  const outcome = await run({ file, args, env: cleanEnvironment(env), cwd: path.dirname(file) });
  const answer = outcome.ok ? parseJson(lastLineOf(outcome.stdout), EXTENSIONS) : undefined;
  return answer ?? outcome.failure ?? `it ended with ${endedWith(outcome)}: ${outcome.stderr.trim()}`;
}
