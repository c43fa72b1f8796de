import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import { Key, type Metadata, Signature } from "@tufjs/models";
import type { Root, Snapshot, Targets, Timestamp } from "./metadata.ts";

/** A maintainer's private key, and the public key as metadata have it. */
export interface Signer {
  readonly key: Key;
  readonly privateKey: KeyObject;
}

/**
 * The public key, as metadata have it. Of an Ed25519 key (RFC 8032) it is the last 32 bytes of the SubjectPublicKeyInfo
 * (RFC 8410, 4).
 */
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

/** The bytes of metadata with the signatures of these signers added (TUF specification, 4.2). */
export function signed(metadata: Metadata<Root | Timestamp | Snapshot | Targets>, signers: readonly Signer[]): Buffer {
  for (const { key, privateKey } of signers) {
    metadata.sign((bytes) => new Signature({ keyID: key.keyID, sig: sign(null, bytes, privateKey).toString("hex") }));
  }
  return Buffer.from(`${JSON.stringify(metadata.toJSON(), null, 1)}\n`);
}

/** The ids of those keys whose signature of the metadata is valid. */
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
