import * as path from "node:path";
import { loadConfig } from "../../config/load.ts";
import { exists, isFile, readText, realPath } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { type InitContext, type InitRequest, init } from "./init.ts";
import { describeField, equivalentOf, takenFields } from "./taken.ts";

/**
 * `./prime init --from protoprimer`: lays the launcher into a repo that is configured for protoprimer and tells, field by
 * field, what it will go by; with `--to-toml` the same is written as prime's own configuration.
 */
export async function takeOver(context: InitContext, request: InitRequest): Promise<Answer> {
  const given = path.resolve(context.cwd, request.folder);
  const folder = realPath(given) ?? given;
  const launcher = path.join(folder, "prime");
  const choice = { env: undefined, cwd: folder, mustAgree: false };
  const { config, from } = await loadConfig({ repo: { folder, launcher, choice }, env: {}, flags: {} });
  const { protoprimer } = config;
  if (protoprimer === null) {
    throw refusal(
      `could not take over protoprimer's configuration in ${folder}: the one in force is ${from}`,
      "name the folder that holds cmd/proto_code/proto_kernel.json or the like; a prime.toml there counts before it",
    );
  }
  const took = takenFields(config, protoprimer).map((field) => describeField(field, folder));
  const venv = config.local_venv_dir_rel_path.value;
  const link = path.isAbsolute(venv) ? undefined : venv;
  if (!request.toToml) return init(context, request, { link, took, deeds: [] });

  const { root } = config;
  if (root !== folder) {
    throw refusal(
      `could not write a prime.toml into ${folder}: the ref root is ${root}, and prime.toml has none`,
      `start again for the ref root itself: ./prime init --from protoprimer --to-toml ${root}`,
    );
  }
  for (const name of ["prime.toml", "prime-requirements.txt"]) {
    const file = path.join(folder, name);
    if (exists(file)) throw refusal(`could not write ${file}: it is there already`, "move it away first");
  }
  const { deeds, missing } = equivalentOf(config, protoprimer, {
    hasConstraints: isFile(protoprimer.constraintsFile.value),
    hasRootProject: /^[ \t]*\[[ \t]*project[ \t]*\]/m.test(readText(path.join(folder, "pyproject.toml")) ?? ""),
  });
  return init(context, request, {
    link: link ?? ".venv",
    took: [...took, ...missing.map((sentence) => `without an equivalent: ${sentence}`)],
    deeds,
  });
}

function refusal(message: string, hint: string): PrimeError {
  return new PrimeError("init-refused", message, hint);
}
