import type { Environment } from "../edges/command.ts";
import type { Row } from "./cause.ts";

const BY_PIN = "name another uv by the key `uv` of prime's configuration (its version and its sha256 by platform)";

/** What uv and pip themselves are told, by files and by variables. */
export const FROM_SETTINGS: readonly Row[] = [
  {
    says: /Required uv version `([^`]+)` does not match the running version `([^`]+)`/,
    cause: ([, wanted, own], { project }) => ({
      why: `\`required-version\` in ${project?.uvSettings.file ?? "uv's settings"} asks for uv ${wanted}, and prime's is ${own}`,
      next: `widen \`required-version\` there, or ${BY_PIN}`,
    }),
  },
  {
    says: /lockfile at `([^`]+)` uses an unsupported schema version \((v\d+), but only (v\d+) is supported/,
    cause: ([, , theirs, own], { project }) => ({
      why: `a newer uv wrote ${project?.uvLock ?? "uv.lock"} (schema ${theirs}; prime's uv reads ${own})`,
      next: `take a newer launcher, or ${BY_PIN}; or remove the file and have it made anew, with other versions: \`./prime uv lock\``,
    }),
  },
  {
    says: /Failed to parse `(?:[^`]*\/)?uv\.lock`/,
    cause: (_, { project }) => ({
      why: `${project?.uvLock ?? "uv.lock"} is not as uv writes it`,
      next: "restore it (`git checkout -- uv.lock`), or remove it and have it made anew: `./prime uv lock`",
    }),
  },
  {
    says: /Failed to parse: `?([^`\n]*pyproject\.toml)|TOML parse error at/,
    cause: ([, file]) => ({
      why: `uv can't read ${file || "a pyproject.toml"}`,
      next: "correct it, as the words above say",
    }),
  },
  {
    says: /Failed to parse environment variable `(UV_\w+)` with invalid value `[^`]*`: ([^\n]+)/,
    cause: ([, name, why], { env }) => ofVariable(env, name, why),
  },
  {
    says: /invalid value for (UV_\w+), ([^\n]+)/,
    cause: ([, name, why], { env }) => ofVariable(env, name, why),
  },
  {
    says: /invalid value '[^']*' for '--([a-z-]+)[^']*'(?:: ([^\n]+))?(?:\n\s*\[(possible values: [^\]]+)\])?/,
    cause: ([, flag, why, values], { env }) =>
      ofVariable(env, `UV_${flag.toUpperCase().replaceAll("-", "_")}`, why || values || "it is not one of its values"),
  },
  {
    says: /failed to open file `([^`]+)`: ([^\n]+)/i,
    cause: ([, file, why], { env }) =>
      env.UV_CONFIG_FILE === file ? ofVariable(env, "UV_CONFIG_FILE", why) : undefined,
  },
  {
    says: /Cannot set --home and --prefix together|must supply either home or prefix/,
    cause: () => ({
      why: "pip's settings have a `target`, under which pip itself can build nothing",
      next: "take `target` out of them (`pip config debug` names their files), or have pip read none: PIP_CONFIG_FILE=/dev/null",
    }),
  },
  {
    says: /Python downloads are not allowed \(`python-downloads = "([^"]+)"`\)/,
    cause: ([, value], { env }) => ({
      why: `uv may get no Python: ${env.UV_PYTHON_DOWNLOADS === undefined ? `\`python-downloads\` in its settings` : "UV_PYTHON_DOWNLOADS"} is ${value}`,
      next: "put such a Python on PATH, or allow it: UV_PYTHON_DOWNLOADS=automatic",
    }),
  },
];

/** Only one that is really set is named. */
function ofVariable(env: Environment, name: string, why: string) {
  const value = env[name];
  if (value === undefined) return undefined;
  return { why: `uv does not take the variable ${name}=${value}: ${why}`, next: `correct ${name}, or unset it` };
}
