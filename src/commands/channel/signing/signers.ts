import { isEncrypted, keyFile, type NamedKey, signerOf } from "../../../channels/keys.ts";
import type { Signer } from "../../../channels/tuf/signing.ts";
import type { Context } from "../../../context.ts";
import { readText } from "../../../edges/files/read.ts";
import { run } from "../../../edges/processes/run.ts";
import { askSecret, readSecret } from "../../../edges/terminal/secret.ts";
import { PrimeError } from "../../../errors.ts";

const MOST_PEM = 16_384;

/** What is asked once in a command, and only when a key wants it. */
export type Passphrase = () => Promise<string>;

/** The passphrase of the offline keys: from the descriptor that the user named, else asked for at the terminal. */
export function passphraseBy(descriptor: number | undefined, { isNew }: { readonly isNew: boolean }): Passphrase {
  let known: Promise<string> | undefined;
  const ask = async () => {
    const given =
      descriptor === undefined ? await askSecret("Passphrase of the offline key: ") : readSecret(descriptor);
    if (isNew && descriptor === undefined && (await askSecret("The same again: ")) !== given) {
      throw refusal("the two were not the same");
    }
    if (given === "") throw refusal("it was empty");
    return given;
  };
  return () => {
    known ??= ask();
    return known;
  };
}

function refusal(why: string): PrimeError {
  return new PrimeError("passphrase", `could not take the passphrase, since ${why}`, "start again");
}

/** The keys of these ids that are at hand, by id. */
export async function signersFor(
  context: Context,
  folder: string,
  keys: readonly NamedKey[],
  passphrase: Passphrase,
): Promise<Map<string, Signer>> {
  const signers = new Map<string, Signer>();
  for (const key of keys) {
    const pem =
      key.command === null ? readText(keyFile(folder, key.name), MOST_PEM) : await printedKey(context, folder, key);
    if (pem === undefined) continue;
    signers.set(key.id, signerOf(key, pem, isEncrypted(folder, key) ? await passphrase() : undefined));
  }
  return signers;
}

/** What a key's command prints; of what it says, nothing is told. */
export async function printedKey(
  { env }: Pick<Context, "env">,
  folder: string,
  { name, command }: Pick<NamedKey, "name" | "command">,
): Promise<string> {
  const outcome = await run({ file: "/bin/sh", args: ["-c", command ?? ""], env, cwd: folder });
  if (outcome.ok) return outcome.stdout;
  throw new PrimeError(
    "key",
    `could not get the key ${name}: its command ended with status ${outcome.exitCode}`,
    "run the command of this key in channel.json by hand",
  );
}
