import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { program } from "../machine.ts";

export interface Certified {
  /** The file of the authority's certificate. */
  readonly ca: string;
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** An authority of its own, in a folder, and a server's certificate by it that is good for these names and addresses. */
export function certified(folder: string, names: readonly string[]): Certified {
  const at = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => execFileSync(program("openssl"), args, { stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ca = ["-x509", "-subj", "/O=Tested authority/CN=Tested authority", "-days", "2"];
  openssl("req", ...key, "-keyout", at("ca.key"), ...ca, "-out", at("ca.pem"));
  const also = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(",");
  fs.writeFileSync(at("also.cnf"), `subjectAltName=${also}\n`);
  openssl("req", ...key, "-keyout", at("server.key"), "-subj", `/CN=${names[0]}`, "-out", at("server.csr"));
  const by = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", at("also.cnf")];
  openssl("x509", "-req", "-in", at("server.csr"), ...by, "-out", at("server.pem"));
  return { ca: at("ca.pem"), key: fs.readFileSync(at("server.key")), cert: fs.readFileSync(at("server.pem")) };
}
