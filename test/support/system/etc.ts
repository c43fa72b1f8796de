import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { TestContext } from "vitest";
import type { Sandbox } from "../sandbox.ts";

/** The words that show a folder as /etc/prime to a command alone, by a mount that nobody else sees; /etc itself may lack it. */
export function atEtc(
  box: Sandbox,
  files: Readonly<Record<string, string>>,
  { skip }: Pick<TestContext, "skip">,
): readonly string[] {
  const folder = path.join(box.base, "etc-prime");
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const empty = path.join(box.base, "etc");
  fs.mkdirSync(empty, { recursive: true });
  const script = `d=$1 up=$2; shift 2
mkdir -p "$up/upper" "$up/work" && mount -t tmpfs none "$up" && mkdir -p "$up/etc/prime" && cp -a /etc/. "$up/etc/" &&
cp -a "$d/." "$up/etc/prime/" && mount --bind "$up/etc" /etc || exit 77
exec "$@"`;
  const words = ["unshare", "-m", "/bin/sh", "-c", script, "sh", folder, empty];
  const [file, ...rest] = [...words, "/bin/true"];
  if (spawnSync(file as string, rest, { stdio: "ignore" }).status !== 0) skip("this user can't mount folders");
  return words;
}
