import * as path from "node:path";
import { localTime } from "../../../edges/clock.ts";
import type { Environment } from "../../../edges/command.ts";
import { facts, isFile, isFolder, readStart, realPath } from "../../../edges/files/read.ts";
import { NAMED } from "../../../edges/network/certificates.ts";
import { type Finding, sound, wrong } from "../finding.ts";

/** What of the machine decides whether a download can succeed and whether times can be believed. */
export function machineFindings({ env, node, now, files, dropped }: MachineFacts): Finding[] {
  return [
    sound("node", `${node.path} ${node.version}${isOnPath(node.path, env) ? "" : ", to which no entry of PATH leads"}`),
    ...certificateFindings(env),
    ...proxyFindings(env),
    ...dropped.map((name) =>
      wrong(
        "variables",
        `this machine's sh drops the variable ${name}`,
        "start it by `bash ./prime …`, or name it by letters, digits and `_`",
      ),
    ),
    clockFinding(now, files),
  ];
}

export interface MachineFacts {
  readonly env: Environment;
  readonly node: { readonly path: string; readonly version: string };
  /** See `droppedVariables`. */
  readonly dropped: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Files and folders, absolute, of which none can have been changed later than now. */
  readonly files: readonly string[];
}

/** prime looks for Node behind PATH, too (see the head). */
function isOnPath(node: string, { PATH = "" }: Environment): boolean {
  const folders = PATH.split(":").filter(path.isAbsolute);
  return folders.some((folder) => ["node", "nodejs"].some((name) => realPath(path.join(folder, name)) === node));
}

function certificateFindings(env: Environment): Finding[] {
  const wrongs: Finding[] = [];
  for (const name of NAMED) {
    const file = env[name];
    if (!file || (name !== "SSL_CERT_FILE" && isFolder(file))) continue;
    const why = !isFile(file) ? "is no file" : holdsCertificate(file) ? undefined : "holds no certificate (PEM)";
    if (why !== undefined)
      wrongs.push(wrong("certificates", `${name}=${file} ${why}`, "correct the variable, or unset it"));
  }
  for (const folder of (env.SSL_CERT_DIR ?? "").split(":").filter((one) => one !== "")) {
    if (!isFolder(folder))
      wrongs.push(
        wrong("certificates", `SSL_CERT_DIR names ${folder}, which is no folder`, "correct the variable, or unset it"),
      );
  }
  const set = [...NAMED, "SSL_CERT_DIR"].filter((name) => env[name]);
  if (wrongs.length > 0) return wrongs;
  return [
    sound(
      "certificates",
      set.length === 0 ? "no variable names any: the tools' own are used" : `${set.join(", ")} name what is there`,
    ),
  ];
}

/** A bundle may begin with the certificates' descriptions. */
const ENOUGH_OF_BUNDLE = 1 << 20;

function holdsCertificate(file: string): boolean {
  return /^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m.test(readStart(file, ENOUGH_OF_BUNDLE));
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] as const;
const SCHEMES = new Set(["http:", "https:", "socks4:", "socks4a:", "socks5:", "socks5h:"]);

function proxyFindings(env: Environment): Finding[] {
  const wrongs: Finding[] = [];
  const used: string[] = [];
  for (const upper of PROXIES) {
    const [first, second] = [env[upper.toLowerCase()], env[upper]];
    if (first && second && first !== second) {
      wrongs.push(
        wrong(
          "proxy",
          `${upper.toLowerCase()} and ${upper} differ: tools choose differently`,
          "give both the same value, or unset one",
        ),
      );
    }
    for (const [name, value] of [
      [upper.toLowerCase(), first],
      [upper, second],
    ] as const) {
      if (!value) continue;
      used.push(name);
      const why = whyNoProxy(value);
      if (why !== undefined) wrongs.push(wrong("proxy", `${name} ${why}`, "correct it: http://HOST:PORT"));
    }
  }
  if (wrongs.length > 0) return wrongs;
  return [
    sound(
      "proxy",
      used.length === 0 ? "none is set" : `${used.join(", ")} ${used.length === 1 ? "is" : "are"} well-formed`,
    ),
  ];
}

/** A value is never shown: it may hold a password. Without a scheme pip and uv take it for http. */
function whyNoProxy(value: string): string | undefined {
  const text = value.includes("://") ? value : `http://${value}`;
  try {
    const url = new URL(text);
    if (!SCHEMES.has(url.protocol)) return `has the scheme ${url.protocol.slice(0, -1)}, which no proxy has`;
    return url.hostname === "" ? "names no host" : undefined;
  } catch {
    return "is no address";
  }
}

/** Between a machine and its file server. */
const SKEW_MS = 120_000;

/** Only the system sets the time of a file's last change, so that one in the future tells of a clock that went back. */
function clockFinding(now: number, files: readonly string[]): Finding {
  const times = files.flatMap((file) => {
    const ctime = facts(file)?.ctimeNs;
    return ctime === undefined ? [] : [{ file, at: Number(BigInt(ctime) / 1_000_000n) }];
  });
  const late = times.find(({ at }) => at > now + SKEW_MS);
  const told = localTime(now);
  if (late === undefined) return sound("clock", `${told}; no file is from the future`);
  return wrong(
    "clock",
    `it is ${told} here, and ${late.file} was changed at ${localTime(late.at)}`,
    "set the clock (`timedatectl`, `date`): certificates and downloads are refused at a wrong time",
  );
}

/** What has times that tell of the clock: the root and the launcher, and what was made in prime's own folder, `data`. */
export function timedFiles(root: string, data: string | undefined): string[] {
  const kept = data === undefined ? [] : [data, path.join(data, "generations"), path.join(data, "history.jsonl")];
  return [root, path.join(root, "prime"), ...kept];
}
