import type { Command } from "../edges/command.ts";
import type { UvTool } from "./tool.ts";

/** prime's names of platforms in uv's words; uv's own are left. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "linux-x86_64-gnu": "x86_64-unknown-linux-gnu",
  "linux-aarch64-gnu": "aarch64-unknown-linux-gnu",
  "linux-x86_64-musl": "x86_64-unknown-linux-musl",
  "linux-aarch64-musl": "aarch64-unknown-linux-musl",
  "macosx-arm64": "aarch64-apple-darwin",
  "macosx-x86_64": "x86_64-apple-darwin",
};

export interface ReleaseResolution {
  /** A file of requirements. */
  readonly file: string;
  /** A pylock.toml (PEP 751), made here. */
  readonly output: string;
  /** Absolute folders with the app's own wheels. */
  readonly folders: readonly string[];
  /** Absolute path of an interpreter, for what only one can tell. */
  readonly python: string;
  /** The oldest Python, `3.9`; undefined: that of the interpreter. */
  readonly oldest: string | undefined;
}

/** Resolves a release for all platforms at once. */
export function resolveRelease(uv: UvTool, release: ReleaseResolution): Command {
  return compile(uv, release, ["--universal"]);
}

/** Whether there is a wheel of everything for one platform. */
export function checkPlatform(uv: UvTool, release: ReleaseResolution, platform: string): Command {
  return compile(uv, release, ["--python-platform", PLATFORMS[platform] ?? platform, "--no-build"]);
}

function compile(
  uv: UvTool,
  { file, output, folders, python, oldest }: ReleaseResolution,
  more: readonly string[],
): Command {
  const args = [
    ...["pip", "compile", "--quiet", "--no-header", "--format", "pylock.toml", "--python", python, ...more],
    ...(oldest === undefined ? [] : ["--python-version", oldest]),
    ...folders.flatMap((folder) => ["--find-links", folder]),
    ...["--output-file", output, file],
  ];
  return { file: uv.file, args, env: uv.env, cwd: uv.root };
}
