import { lookup as lookUp } from "node:dns";
import * as net from "node:net";
import * as tls from "node:tls";
import { PrimeError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import { type NetworkRules, plainHost, type Ruling, whyNotAddress } from "./rules.ts";

/** Milliseconds in which a connection has to come about, each part of it: TCP, a proxy's tunnel, TLS. */
const CONNECT_MS = 10_000;
/** Of these the next address of a host is tried as well (RFC 8305). */
const NEXT_ADDRESS_MS = 2_500;

/** What the rules forbid. */
export class Forbidden extends Error {
  readonly ruling: Ruling;

  constructor(ruling: Ruling) {
    super(ruling.why);
    this.ruling = ruling;
  }
}

/** Connects to one of those addresses of a host that the rules allow: what was judged is what is connected to. */
export async function connect(host: string, port: number, rules: NetworkRules, limitMs?: number): Promise<net.Socket> {
  const name = plainHost(host);
  const judged = (address: string) => whyNotAddress(rules, address, name);
  const literal = /^[\d.]+$|:/.test(name) ? judged(name) : undefined;
  if (literal !== undefined) throw new Forbidden(literal);
  const socket = net.connect({
    host: name,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    lookup: (asked, options, done) =>
      lookUp(asked, { ...options, all: true }, (error, found) => {
        if (error !== null) return done(error, []);
        const [first] = found;
        const allowed = found.filter(({ address }) => judged(address) === undefined);
        const ruling = allowed.length === 0 && first !== undefined ? judged(first.address) : undefined;
        if (ruling !== undefined) return done(new Forbidden(ruling), []);
        if (options.all === true) return done(null, allowed);
        done(null, allowed[0]?.address ?? "", allowed[0]?.family);
      }),
  });
  return within(socket, "connect", `no connection to ${name}:${port} was made`, limitMs);
}

export interface TlsTrust {
  readonly ca: readonly string[];
  /** A certificate and its key in PEM, by which a server knows its client. */
  readonly client: string | undefined;
}

/** Speaks TLS on a connection, to a server whose certificate is good for `host`. */
export async function secure(socket: net.Socket, host: string, { ca, client }: TlsTrust): Promise<tls.TLSSocket> {
  const name = plainHost(host);
  const safe = tls.connect({
    socket,
    host: name,
    ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
    ca: [...ca],
    rejectUnauthorized: false, // judged below, while it can still be told who vouches
    ...(client === undefined ? {} : { cert: client, key: client }),
  });
  await within(safe, "secureConnect", `${name} does not speak TLS`).catch((error: Error & { reason?: string }) => {
    const { reason } = error; // of OpenSSL's alone
    const told = `${name} does not speak TLS (${reason}): a proxy, or a page to log in, may answer in its place`;
    throw reason === undefined ? error : new Error(told);
  });
  if (safe.authorized) return safe;
  const issuer = safe.getPeerCertificate().issuer;
  safe.destroy();
  throw certificateRefusal(name, String(safe.authorizationError), [issuer?.O ?? issuer?.CN ?? []].flat()[0]);
}

/** Passes a socket on once something has come about on it. */
function within<T extends net.Socket>(socket: T, event: string, silence: string, limitMs = CONNECT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => socket.destroy(new Error(`${silence} within ${limitMs / 1000} s`)), limitMs);
    socket.on("error", give); // for good: one that comes before anybody else listens would end prime
    socket.once("close", () => give(new Error("the connection was closed")));
    socket.once(event, () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

/** X.509 verification results of OpenSSL's (verify(1)) that mean: whoever vouches is not known. */
const UNKNOWN = /^UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|SELF_SIGNED_CERT/;

function certificateRefusal(host: string, code: string, issuer: string | undefined): PrimeError {
  const refuse = (why: string, hint: string) =>
    new PrimeError("certificate", `could not trust ${host}: ${why} (${quoted(code)})`, hint);
  if (UNKNOWN.test(code)) {
    return refuse(
      `its certificate is signed by no authority known here${issuer === undefined ? "" : `, which "${quoted(issuer)}" issued`}`,
      "set SSL_CERT_FILE, or `ca_file` in [upgrade], to the certificate of your organisation's proxy",
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return refuse("its certificate is for another host", "check the address; a captive portal answers so, too");
  return refuse("its certificate is not valid", "check this machine's clock first");
}
