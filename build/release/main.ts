/*
 * npm run release: all that is released of one version, in release/VERSION/, and nothing outside of release/.
 *
 *   npm run release -- --key FILE    signs the launcher by a private key (Ed25519, PKCS #8 in PEM); `openssl genpkey -algorithm ed25519` makes one
 *   npm run release -- --unsigned    says that nobody vouches for it
 *
 * Nothing is published. Who has the files puts them where `src/commands/self-update/names.ts` says.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import packageFile from "../../package.json" with { type: "json" };
import { PACKAGE, RELEASES } from "../../src/commands/self-update/names.ts";
import { buildProgram, ROOT } from "../program.ts";
import { installScript } from "./install-script.ts";
import { npmPackage } from "./npm-package.ts";
import { wheel } from "./wheel.ts";

const { version } = packageFile;
const { values } = parseArgs({
  options: { key: { type: "string" }, unsigned: { type: "boolean" }, to: { type: "string" } },
});
if ((values.key === undefined) === (values.unsigned !== true)) throw new Error("say either --key FILE or --unsigned");

const launcher = Buffer.from((await buildProgram()).text);
const digest = createHash("sha256").update(launcher).digest("hex");
const all = path.resolve(values.to ?? path.join(ROOT, "release"));
const folder = path.join(all, version);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const files: Record<string, Buffer> = {
  prime: launcher,
  "prime.sha256": Buffer.from(`${digest}  prime\n`),
  "install.sh": Buffer.from(installScript(digest, RELEASES === undefined ? undefined : `${RELEASES}${version}/prime`)),
  ...(await npmPackage({ name: PACKAGE, version, launcher, license: licence() })),
  ...wheel({ name: PACKAGE, version, launcher, license: licence() }),
};
if (values.key !== undefined) {
  const key = createPrivateKey(readFileSync(values.key));
  files["prime.sig"] = sign(null, launcher, key);
  files["prime.pem"] = Buffer.from(createPublicKey(key).export({ type: "spki", format: "pem" }));
}
for (const [name, bytes] of Object.entries(files)) {
  writeFileSync(path.join(folder, name), bytes, { mode: name === "prime" ? 0o755 : 0o644 });
  console.log(`${createHash("sha256").update(bytes).digest("hex")}  ${version}/${name}`);
}
for (const name of ["prime", "prime.sha256", "install.sh"]) copyFileSync(path.join(folder, name), path.join(all, name));

function licence(): Buffer {
  return readFileSync(path.join(ROOT, "LICENSE"));
}
