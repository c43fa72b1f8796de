import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import { writePlain } from "../../edges/files/change.ts";
import { spaceHint } from "../../edges/files/errors.ts";
import { lookInto, unpackerOf } from "../../edges/files/formats/archive.ts";
import { isExecutableFile } from "../../edges/files/read.ts";
import { run } from "../../edges/processes/run.ts";
import { PrimeError } from "../../errors.ts";
import { minorOf } from "../../python/version.ts";
import { quoted } from "../../quoted.ts";
import { installFromList } from "../../uv/python-commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import { nameOf } from "./build-lists.ts";
import { uvPlatformOf } from "./platforms.ts";

/**
 * Has uv unpack an archive, whose digest was checked, into `folder`, which is for that alone, and gives the interpreter in it. It is
 * looked into meanwhile: uv itself writes nothing outside, makes no device and sets no ids, and is ended at what must not be kept, which
 * is refused: `python-archive`. What the machine is in the way of is `python-unpack`.
 */
export async function unpack(
  uv: UvTool,
  archive: string,
  build: PythonBuild,
  folder: string,
  log: string,
): Promise<string> {
  const key = keyOf(build);
  const list = path.join(path.dirname(archive), "list.json");
  writePlain(list, JSON.stringify({ [key]: entryOf(build, archive) }));
  const refused = new AbortController();
  const looking = whyHostile(archive);
  looking.then(
    (why) => why !== undefined && refused.abort(),
    () => refused.abort(),
  );
  const outcome = await run(installFromList(uv, { list, key, folder }), { log, until: refused.signal });
  const hostile = await looking; // not before uv has ended, which writes into a folder that a failure removes
  if (hostile !== undefined) throw refusal(build, hostile, OTHER);
  const { implementation, version } = build;
  const name = implementation === "pypy" ? "pypy" : "python";
  const executable = path.join(folder, key, "bin", `${name}${minorOf(version)}`);
  if (outcome.ok && isExecutableFile(executable)) return executable;
  const whole = `the whole output is in ${log}`;
  if (outcome.ok) throw refusal(build, `it holds no ${path.relative(path.join(folder, key), executable)}`, OTHER);
  const words = quoted(
    outcome.failure ??
      outcome.output
        .trim()
        .split(/\s*\n\s*/)
        .slice(-3)
        .join("; "),
  );
  if (!/os error \d/.test(words)) throw refusal(build, words, `${OTHER}; ${whole}`);
  throw new PrimeError(
    "python-unpack",
    `could not unpack ${nameOf(build)} into ${folder}: ${words}`,
    spaceHint(outcome.output, folder) ?? `mend that, and start again; ${whole}`,
  );
}

async function whyHostile(archive: string): Promise<string | undefined> {
  const unpacker = unpackerOf(archive);
  return unpacker && (await lookInto(archive, unpacker)).why;
}

const OTHER = "nothing of it was kept; choose another build (`./prime python list --all`), or ask who provides it";

function refusal(build: PythonBuild, why: string, hint: string): PrimeError {
  return new PrimeError("python-archive", `could not unpack ${nameOf(build)}: ${why}`, hint);
}

/** How uv calls a build, and the folder that it makes for it. */
function keyOf({ implementation, version, variant, platform }: PythonBuild): string {
  const { os, family, level, libc } = uvPlatformOf(platform);
  const machine = level === null ? family : `${family}_${level}`;
  const system = os === "darwin" ? "macos" : os;
  return `${implementation}-${version}${variant === null ? "" : `+${variant}`}-${system}-${machine}-${libc}`;
}

/** An entry of a list as uv reads it; without a digest, which was checked. */
function entryOf(build: PythonBuild, archive: string): object {
  const { implementation, version, variant, platform, build: tag } = build;
  const { os, family, level, libc } = uvPlatformOf(platform);
  const [, release = "", prerelease = ""] = /^([\d.]+)(.*)$/.exec(version) ?? [];
  const [major, minor, patch] = release.split(".").map(Number);
  const arch = { family, variant: level };
  const url = pathToFileURL(archive).href;
  return {
    name: implementation,
    arch,
    os,
    libc,
    major,
    minor,
    patch,
    prerelease,
    url,
    sha256: null,
    variant,
    build: tag,
  };
}
