import * as path from "node:path";
import type { Config } from "../config/config.ts";
import { loadPolicy } from "../config/policy/load.ts";
import { networkRules } from "../config/policy/network.ts";
import type { Context } from "../context.ts";
import type { Environment } from "../edges/command.ts";
import { writePlain } from "../edges/files/change.ts";
import { executableOnPath, readText } from "../edges/files/read.ts";
import { isRuled, type NetworkRules } from "../edges/network/rules.ts";
import { passingFolder } from "../edges/own-cache.ts";
import { run } from "../edges/processes/run.ts";
import { EXIT_FAILURE, PrimeError } from "../errors.ts";
import { InputCollector } from "../inputs/collector.ts";
import type { Project } from "../project/project.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import { renderToml, valueAt } from "../toml.ts";
import { mergedWithoutProxies, proxiesIn, settingsOfUv } from "../uv/own-settings.ts";
import { pipsProxy, pipTexts } from "./pip-settings.ts";

/** How uv, pip and git reach the network in this start. */
interface Way {
  /** On top of the user's own environment. */
  readonly env: Environment;
  takeRefusal(): PrimeError | undefined;
}

const ways = new Map<string, Way>();

/** What uv, pip and git get on top of the user's environment for this root, once `openWay` was called. */
export function wayOf(root: string): Environment {
  return ways.get(root)?.env ?? {};
}

/** What was refused since it was last asked: why a tool failed, which says so in words of its own or takes it for an answer. */
export function takeRefusal(root: string, words: string): PrimeError | undefined {
  const way = ways.get(root);
  const byGate = way?.takeRefusal();
  const [, transport] = /transport '(\w+)' not allowed/.exec(words) ?? [];
  if (byGate !== undefined || transport === undefined || way?.env.GIT_ALLOW_PROTOCOL === undefined) return byGate;
  const why = `git is to fetch by ${transport}, which can't be checked against the network policy`;
  return new PrimeError("network-rule", why, "name the source by https");
}

/**
 * Has uv, pip and git reach the network as the policy says: by a gate on loopback where it names hosts, networks or a proxy, and by all
 * certificates of the system, of the user's variables and of the policy. Made once in a start for a root, and gone with it.
 */
export async function openWay(context: Context, { root, upgrade }: Config, project?: Project): Promise<Environment> {
  const { env } = context;
  const known = ways.get(context.root);
  if (known !== undefined) return known.env;
  const policy = await loadPolicy({ root, upgrade }, EXIT_FAILURE);
  const plain = networkRules(policy);
  const isGated = isRuled(plain) || plain.proxy !== null;
  const { hasSystemStore, isOfSystem, NAMED, namedFiles } = await import("../edges/network/certificates.ts");
  const [named, ...others] = namedFiles(env);
  const isEnough = named === undefined ? !hasSystemStore() : others.length === 0 && isOfSystem(named);
  if (!isGated && plain.caFile === null && isEnough) {
    const all = named === undefined ? {} : Object.fromEntries(NAMED.map((name) => [name, named]));
    ways.set(context.root, { env: all, takeRefusal: () => undefined });
    return all;
  }
  const folder = passingFolder(context.trust);
  const trusted = await certificatesFor(env, plain, folder);
  const way = isGated
    ? await gated(context, networkRules(policy, await configured(context, project)), folder)
    : { env: {}, takeRefusal: () => undefined };
  ways.set(context.root, { ...way, env: { ...trusted, ...way.env } });
  return wayOf(context.root);
}

/** One file of certificates for all, by the variable of each; and the client's own, which uv and pip name differently. */
async function certificatesFor(env: Environment, rules: NetworkRules, folder: string): Promise<Environment> {
  const { certificates, clientFile, NAMED } = await import("../edges/network/certificates.ts");
  const bundle = path.join(folder, "certificates.pem");
  writePlain(bundle, `${certificates(env, rules).join("\n")}\n`);
  const client = clientFile(env);
  const clients = ["SSL_CLIENT_CERT", "PIP_CLIENT_CERT", "GIT_SSL_CERT", "GIT_SSL_KEY"];
  return Object.fromEntries([
    ...NAMED.map((name) => [name, bundle]),
    ...(client === undefined ? [] : clients.map((name) => [name, env[name] || client])),
  ]);
}

async function gated(context: Context, rules: NetworkRules, folder: string): Promise<Way> {
  const { root, env } = context;
  const { startGate } = await import("../edges/network/gate.ts");
  const settings = await settingsOfUv(root, env);
  const own = proxiesIn(settings);
  const gate = await startGate({ env: { ...env, ...pipsProxy(env), ...own }, rules });
  const config = path.join(folder, "uv.toml");
  if (Object.keys(own).length > 0) writePlain(config, await renderToml(mergedWithoutProxies(settings)), 0o600);
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  return {
    env: {
      ...Object.fromEntries(proxies.flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, gate.url])),
      PIP_PROXY: gate.url,
      NO_PROXY: "",
      no_proxy: "",
      ...(Object.keys(own).length > 0 ? { UV_CONFIG_FILE: config } : {}),
      ...(await forGit(context, gate.url)),
    },
    takeRefusal: gate.takeRefusal,
  };
}

/** Only what goes by the gate, whatever git's own settings say: those that name a proxy outrank the variables (git-config(1), http.proxy). */
async function forGit({ env, root }: Context, url: string): Promise<Environment> {
  const git = executableOnPath("git", env.PATH ?? "", root);
  const asked = ["config", "--name-only", "--get-regexp", String.raw`^(http|remote)\..*proxy$`];
  const told =
    git === undefined ? undefined : await run({ file: git, args: asked, env: cleanEnvironment(env), cwd: root });
  const keys = new Set(["http.proxy", ...(told?.stdout.split("\n").filter((key) => /^\w+\..*proxy$/.test(key)) ?? [])]);
  const count = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    GIT_ALLOW_PROTOCOL: "file:http:https", // by the first uv clones what it has fetched
    GIT_CONFIG_COUNT: String(count + keys.size),
    ...Object.fromEntries(
      [...keys].flatMap((key, at) => [
        [`GIT_CONFIG_KEY_${count + at}`, key],
        [`GIT_CONFIG_VALUE_${count + at}`, url],
      ]),
    ),
  };
}

/** What people have written down of where packages come from. */
async function configured({ root, env }: Context, project: Project | undefined): Promise<unknown[]> {
  const variables = Object.entries(env).filter(([name]) => /^(?:UV|PIP)_.*(?:INDEX|LINKS|MIRROR)/.test(name));
  const table = (await new InputCollector().toml(path.join(root, "pyproject.toml")).catch(() => undefined)) ?? {};
  return [
    variables,
    (await settingsOfUv(root, env)).map(({ table }) => table),
    pipTexts(env),
    [project?.requirementLines, project?.requirementOptions, project?.virtualRequirements],
    [valueAt(table, ["project", "dependencies"]), valueAt(table, ["project", "optional-dependencies"])],
    [table["dependency-groups"], valueAt(table, ["tool", "uv"]), valueAt(table, ["build-system", "requires"])],
    ["uv.lock", "pylock.toml"].map((name) => readText(path.join(root, name))),
  ];
}
