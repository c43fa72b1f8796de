import * as path from "node:path";
import * as v from "valibot";
import type { Context } from "../context.ts";
import { lastLineOf, parseJson, TEXT } from "../edges/files/own/own-json.ts";
import { endedWith, run } from "../edges/processes/run.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import { EXTENSIONS_PY } from "../python/texts/texts.ts";

/** The answer of extensions.py: how many modules it loaded, and the paths of those that failed, with the reason. */
const EXTENSIONS = v.object({ loaded: v.number(), failed: v.array(v.tuple([TEXT, TEXT])) });
type Extensions = v.InferOutput<typeof EXTENSIONS>;

/** Has the environment's own interpreter load its extension modules, each in a process of its own. */
export async function loadExtensions(
  context: Pick<Context, "env">,
  generation: string,
  manifest: Pick<Manifest, "sitePackages">,
): Promise<Extensions> {
  const sites = Object.keys(manifest.sitePackages).map((folder) => path.join(generation, folder));
  const python = path.join(generation, "bin", "python");
  const args = ["-I", "-B", "-c", EXTENSIONS_PY, ...sites];
  const answer = await run({ file: python, args, env: cleanEnvironment(context.env), cwd: generation });
  const told = answer.ok ? parseJson(lastLineOf(answer.stdout), EXTENSIONS) : undefined;
  if (told !== undefined) return told;
  return { loaded: 0, failed: [[python, answer.failure ?? `it ended with ${endedWith(answer)}`]] };
}
