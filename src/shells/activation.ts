import { type Environment, quoteForShell } from "../edges/command.ts";
/** The small, fixed change that an environment makes to a command's variables. */
export interface Activation {
  /** Absolute path of the generation; never the `.venv` link, which may be swapped while the command runs. */
  readonly generation: string;
  /** The project's name, for VIRTUAL_ENV_PROMPT. */
  readonly prompt: string;
  /** What the config sets; names are identifiers. Set last, so that a config can say even PATH. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that the command does not see, beside those that no command sees. */
  readonly hidden: readonly string[];
}

/** prime's own and PYTHONHOME, which would send the environment's python to another standard library. */
const REMOVED = ["PYTHONHOME", "PRIME_PROGRESS", "PRIME_HEAD"] as const;

/**
 * Lines of sh that set `prime_path` to the PATH of the environment: the generation's folder, `prime_bin`, first and once, the
 * folder of a foreign `$VIRTUAL_ENV` taken out, every other element as it was. No process is started.
 */
export function searchPathForSh({ generation }: Activation): string {
  return `prime_path=:\${PATH-}:
for prime_bin in \${VIRTUAL_ENV:+"$VIRTUAL_ENV/bin"} ${quoteForShell(`${generation}/bin`)}; do
  while case $prime_path in *:"$prime_bin":*) ;; *) false ;; esac; do
    prime_path=\${prime_path%%:"$prime_bin":*}:\${prime_path#*:"$prime_bin":}
  done
done
prime_path=\${prime_path#:}
prime_path=\${prime_path%:}
prime_path=$prime_bin\${prime_path:+:$prime_path}
`;
}

/** Lines of sh that export the environment; `prime_path` is set already. */
export function exportsForSh(activation: Activation): string {
  const pairs = [
    ["VIRTUAL_ENV", activation.generation],
    ["VIRTUAL_ENV_PROMPT", activation.prompt],
    ...Object.entries(activation.variables),
  ] as const;
  return `unset ${[...REMOVED, ...activation.hidden].join(" ")}
export PATH="$prime_path"${pairs.map(([name, value]) => ` ${name}=${quoteForShell(value)}`).join("")}\n`;
}

/** The whole change as lines of sh; the ready plan and the cold hand-over both say it by these words. */
export function activationForSh(activation: Activation): string {
  return searchPathForSh(activation) + exportsForSh(activation);
}

/** The same change to an environment as data, for what prime starts itself or prints. */
export function activated(activation: Activation, env: Environment): Environment {
  const bin = `${activation.generation}/bin`;
  let path = `:${env.PATH ?? ""}:`;
  for (const folder of [env.VIRTUAL_ENV ? `${env.VIRTUAL_ENV}/bin` : bin, bin]) {
    while (path.includes(`:${folder}:`)) path = path.replace(`:${folder}:`, () => ":");
  }
  path = path.replace(/^:/, "").replace(/:$/, "");
  const changed: Record<string, string | undefined> = {
    ...env,
    PATH: path === "" ? bin : `${bin}:${path}`,
    VIRTUAL_ENV: activation.generation,
    VIRTUAL_ENV_PROMPT: activation.prompt,
  };
  for (const name of [...REMOVED, ...activation.hidden]) delete changed[name];
  return { ...changed, ...activation.variables };
}
