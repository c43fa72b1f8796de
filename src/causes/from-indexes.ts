import { INDEX_VARIABLES } from "../plan/index-variables.ts";
import { isTable } from "../toml.ts";
import type { Row, Scene } from "./cause.ts";

/** What lies between this machine and where packages come from. */
export const FROM_INDEXES: readonly Row[] = [
  {
    says: /because the network was disabled|Network connectivity is disabled/,
    cause: (_, { env }) => ({
      why: "uv is told to stay offline, and its cache does not have all that is needed",
      next: env.UV_OFFLINE === undefined ? "take `offline` out of uv's settings" : "unset UV_OFFLINE, or set it to 0",
    }),
  },
  {
    says: /invalid peer certificate|UnknownIssuer|CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate/,
    cause: (_, __, words) => {
      const its = `the certificate of ${serverIn(words)} is`;
      if (/certificate (?:has )?expired|not (?:valid yet|yet valid)/.test(words))
        return { why: `${its} not valid now`, next: "check this machine's clock first" };
      if (/certificate (?:is )?not valid for/.test(words))
        return { why: `${its} for another host`, next: "check the address; a captive portal answers so, too" };
      return {
        why: `${its} signed by nobody whom this machine trusts here`,
        next: "name the file of the authorities to trust, SSL_CERT_FILE=…; or UV_SYSTEM_CERTS=1 has uv trust those of the system",
      };
    },
  },
  {
    says: /407 Proxy Authentication Required|Tunnel connection failed: 407|proxy auth(?:entication|orization) required/i,
    cause: () => ({
      why: "the proxy wants a valid user name and password",
      next: "have USER:PASSWORD@ before the host in the variable that names the proxy, HTTPS_PROXY",
    }),
  },
  {
    says: /An index(?: URL)? \((https?:\/\/[^)\s]+)\) (?:could not be queried due to a lack of valid|returned a 403)/,
    cause: ([, url], scene) => ofPassword(url, scene),
  },
  {
    says: /HTTP status client error \((?:401|403)[^)]*\) for url \(([^)\s]+)\)|(?:401|403) Client Error[^\n]* for url: (\S+)/,
    cause: ([, url, other], scene) => ofPassword(url || other, scene),
  },
  {
    says: /could not read Username for '([^']+)'|Authentication failed for '([^']+)'|Permission denied \(publickey/,
    cause: ([, url, other]) => ({
      why: `git was not let in${url || other ? ` by ${url || other}` : ""}`,
      next: "have git know who you are there (a key for ssh, `git config credential.helper`, or a token), until `git ls-remote` with that address works",
    }),
  },
  {
    says: /HTTP status client error \(404[^)]*\) for url \(([^)\s]+)\)|HTTP error 404 while getting (\S+)/,
    cause: ([, url, other], { project }) => ({
      why: `nothing is at ${plain(url || other)}`,
      next: `correct that address where it is written${project?.uvLock ? ", or have uv.lock made from what the index has now: remove it, then `./prime uv lock`" : ""}`,
    }),
  },
  {
    says: /HTTP status server error \(([^)]+)\) for url \(([^)\s]+)\)|HTTP error (5\d\d) while getting (\S+)/,
    cause: ([, status, url, code, other], _, words) => ({
      why: `${hostOf(url || other)} failed itself (${status || code})`,
      next: `wait, and start again; or name another ${placeIn(words)[0]} (${placeIn(words)[1]})`,
    }),
  },
  {
    says: /dns error|failed to lookup address|Temporary failure in name resolution|Name or service not known|nodename nor servname|Could not resolve host: ([\w.-]+)/,
    cause: ([, host], _, words) => ({
      why: `no network, or no server of that name: ${host || serverIn(words)}`,
      next: network(words),
    }),
  },
  {
    says: /client error \(Connect\)|tcp connect error|Connection refused|Network is unreachable|No route to host|operation timed out|connection (?:reset|closed)|Failed to establish a new connection|Read timed out|connect timeout/i,
    cause: (_, __, words) => ({ why: `${serverIn(words)} does not answer`, next: network(words) }),
  },
  {
    says: /Git operation failed|git clone .* did not run successfully/,
    cause: (_, __, words) => ({
      why: "git could not fetch a package",
      next: `see that \`git ls-remote\` works for ${/'((?:https?|ssh|git|file):[^']+)'/.exec(words)?.[1] ?? "its address"}, and that the branch, tag or commit is there`,
    }),
  },
  {
    says: /Hash mismatch for `([^`]+)`|THESE PACKAGES DO NOT MATCH THE HASHES/,
    cause: ([, what]) => ({
      why: `${what || "a file"} has other bytes than what is pinned`,
      next: "find out why they differ; when they are meant, write the digest that was computed in place of the one that was expected",
    }),
  },
];

function network(words: string): string {
  const [what, variables] = placeIn(words);
  return `check the network, and the ${what} and the proxy that are set (${variables}, HTTPS_PROXY), then start again`;
}

/** What uv asked, and the variables that name it: interpreters come from no index. */
function placeIn(words: string): readonly [what: string, variables: string] {
  return /to install (?:cp|pyp)y/.test(words)
    ? ["mirror", "UV_PYTHON_INSTALL_MIRROR"]
    : ["index", "UV_DEFAULT_INDEX, UV_INDEX"];
}

/** The variable or the file by which this index, or this server, learns who one is. */
function ofPassword(url: string, { env, project }: Scene) {
  const host = hostOf(url);
  const name = indexNamed(url, project);
  const byUrl = SETTING.find((one) => env[one]?.includes(host));
  const inUrl = byUrl === undefined ? "" : `, or put USER:PASSWORD@ before the host in ${byUrl}`;
  const variable = `UV_INDEX_${name?.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
  const byName = name === undefined ? "" : `set ${variable}_USERNAME and ${variable}_PASSWORD, or `;
  return {
    why: `${plain(url)} wants a valid user name and password`,
    next: `${byName}write \`machine ${host.replace(/:\d+$/, "")} login USER password PASSWORD\` into ~/.netrc${inUrl}`,
  };
}

const SETTING = [...INDEX_VARIABLES, "PIP_INDEX_URL"];

function indexNamed(url: string, project: Scene["project"]): string | undefined {
  const { index } = project?.uvSettings.table ?? {};
  const tables = (Array.isArray(index) ? index : []).filter(isTable);
  const found = tables.find((one) => typeof one.url === "string" && hostOf(one.url) === hostOf(url));
  return typeof found?.name === "string" ? found.name : undefined;
}

function plain(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function hostOf(url: string): string {
  return plain(url)
    .replace(/^[a-z+]+:\/\//i, "")
    .replace(/[/?#].*/s, "");
}

/** Which server the tool's words are about. */
function serverIn(words: string): string {
  const url = /(?:for url \(|Failed to (?:fetch|download)[^\n]*?`?)(https?:\/\/[^\s`)]+)|host='([^']+)'/.exec(words);
  if (url !== null) return url[2] ?? hostOf(url[1] ?? "");
  return /[Ff]ailed to build|build backend/.test(words) ? "one that a build asks" : "the index";
}
