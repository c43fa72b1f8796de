import { sha256 } from "../../../edges/files/read.ts";
import { PRIME_APP_PY } from "../../../python/texts/texts.ts";
import { wheelOf } from "./wheel.ts";

/** The module `prime_app` as a wheel, the same bytes each time; `entry`: what a pylock.toml says of it, where it lies in `files`. */
export function moduleWheel(): ReturnType<typeof wheelOf> & { readonly entry: string } {
  const { name, bytes } = wheelOf(
    { project: "prime-app", version: "1", said: "Requires-Python: >=3.7" },
    { "prime_app/__init__.py": PRIME_APP_PY, "prime_app/py.typed": "" },
  );
  const wheel = `{ path = "files/${name}", hashes = { sha256 = "${sha256(bytes)}" } }`;
  return { name, bytes, entry: `\n[[packages]]\nname = "prime-app"\nversion = "1"\nwheels = [${wheel}]\n` };
}
