import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import * as path from "node:path";
import type { Key } from "@tufjs/models";
import { makeFolder, writeExclusive } from "../edges/files/change.ts";
import { readText } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import { publicKeyOf, type Signer } from "./tuf/signing.ts";

/**
 * A maintainer's key, as `channel.json` names it: the private key is in `keys/NAME.pem`, or is what `command` prints.
 */
export interface NamedKey {
  readonly name: string;
  /** Its id in metadata. */
  readonly id: string;
  /** A command line for sh; null: the key is in the file. */
  readonly command: string | null;
}

const MOST_PEM = 16_384;

export function keyFile(folder: string, name: string): string {
  return path.join(folder, "keys", `${name}.pem`);
}

/**
 * Makes an Ed25519 key in a file that this user alone can read (0600), under a passphrase if one is given; PKCS #8 (RFC
 * 5958). Throws `key-exists`.
 */
export function makeKey(folder: string, name: string, passphrase: string | undefined): Key {
  const { privateKey } = generateKeyPairSync("ed25519");
  const file = keyFile(folder, name);
  makeFolder(path.dirname(file), 0o700);
  writeExclusive(path.join(path.dirname(file), ".gitignore"), "*\n", 0o600); // the folder around may well be committed
  const form = { type: "pkcs8", format: "pem" } as const;
  const pem = privateKey.export(passphrase === undefined ? form : { ...form, cipher: "aes-256-cbc", passphrase });
  if (!writeExclusive(file, pem as string, 0o600)) {
    throw new PrimeError(
      "key-exists",
      `could not make the key ${file}: a file of this name is there`,
      "a key is never overwritten: name another folder, or move that file away",
    );
  }
  return publicKeyOf(privateKey);
}

/** Whether the key is in a file, under a passphrase. */
export function isEncrypted(folder: string, { name, command }: NamedKey): boolean {
  return command === null && /ENCRYPTED/.test(readText(keyFile(folder, name), MOST_PEM)?.split("\n")[0] ?? "");
}

/** Reads a private key in PEM. Throws `key`, without a word of the text. */
export function signerOf(key: NamedKey, pem: string, passphrase: string | undefined): Signer {
  const privateKey = readKey(key, pem, passphrase);
  const publicKey = publicKeyOf(privateKey);
  if (publicKey.keyID === key.id) return { key: publicKey, privateKey };
  throw new PrimeError(
    "key",
    `could not sign by the key ${key.name}: what is there is another key than the channel's`,
    "put the right key back, or ./prime channel rotate-key",
  );
}

/** The public half of a private key in PEM. */
export function publicKeyIn(name: string, pem: string): Key {
  return publicKeyOf(readKey({ name }, pem, undefined));
}

function readKey({ name }: Pick<NamedKey, "name">, pem: string, passphrase: string | undefined): KeyObject {
  try {
    const key = createPrivateKey({ key: pem, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // told below; the error's words may quote the text
  }
  const why = passphrase === undefined ? "it is no Ed25519 key in PEM" : "the passphrase does not open it";
  throw new PrimeError(
    "key",
    `could not read the key ${name}: ${why}`,
    passphrase === undefined ? "put the key back from its backup" : "try again with the right passphrase",
  );
}
