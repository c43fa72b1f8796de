import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import { Key, type Metadata, Signature } from "@tufjs/models";
import type { Root, Snapshot, Targets, Timestamp } from "./metadata.ts";

/** A private key of a maintainer's, and the public one as metadata name it. */
export interface Signer {
  readonly key: Key;
  readonly privateKey: KeyObject;
}

/** Ed25519 (RFC 8032): the last 32 bytes of its SubjectPublicKeyInfo (RFC 8410, 4) are the key. */
export function publicKeyOf(key: KeyObject): Key {
  const spki = createPublicKey(
    key.type === "private" ? key.export({ format: "pem", type: "pkcs8" }) : key.export({ format: "pem", type: "spki" }),
  );
  const text = spki.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  const json = { keytype: "ed25519", scheme: "ed25519", keyval: { public: text } };
  return Key.fromJSON(keyId(json), json);
}

/** The id of a key, as metadata have it in JSON. */
export function keyId(json: Parameters<typeof canonicalize>[0]): string {
  return createHash("sha256").update(canonicalize(json)).digest("hex");
}

/** The bytes of metadata, signed by these beside those who have (TUF specification, 4.2). */
export function signed(metadata: Metadata<Root | Timestamp | Snapshot | Targets>, signers: readonly Signer[]): Buffer {
  for (const { key, privateKey } of signers) {
    metadata.sign((bytes) => new Signature({ keyID: key.keyID, sig: sign(null, bytes, privateKey).toString("hex") }));
  }
  return Buffer.from(`${JSON.stringify(metadata.toJSON(), null, 1)}\n`);
}

/** Those of the keys whose signature of the metadata holds. */
export function signedBy(
  metadata: Metadata<Root | Timestamp | Snapshot | Targets>,
  ids: readonly string[],
  keys: Readonly<Record<string, Key>>,
): readonly string[] {
  return ids.filter((id) => {
    try {
      keys[id]?.verifySignature(metadata);
      return id in keys;
    } catch {
      return false;
    }
  });
}
