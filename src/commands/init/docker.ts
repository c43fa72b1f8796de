import * as path from "node:path";
import { listFolder, readText } from "../../edges/files/read.ts";
import { globMatcher } from "../../inputs/glob.ts";
import { type Deed, extend, linesOf } from "./deed.ts";

const DOCKERFILE = /^(?:Dockerfile|Containerfile)(?:\.(?!dockerignore$).+)?$|\.(?:Dockerfile|Containerfile)$/i;
const COMPOSE = /^(?:docker-)?compose(?:\..+)?\.ya?ml$/;
/** Folders whose files are built from the one around them (`docker build -f docker/Dockerfile .`). */
const BELOW = /^\.?(?:docker|container)/;
/** What is left out of the context of a build: by docker, by podman, by BuildKit for one Dockerfile. */
const IGNORE = /^\.(?:docker|container)ignore$|\.dockerignore$/;

/**
 * Where images are built from a folder, the launcher's own or one around it: what this machine made stays out of them, as
 * it is of no use elsewhere, and the launcher gets in. Folder and launcher are absolute; `link`: where the environment is
 * shown, relative to the launcher's folder; undefined: outside.
 */
export function planDocker(place: string, launcher: string, link: string | undefined): Deed[] {
  const folder = path.dirname(launcher);
  const names = listFolder(place) ?? [];
  const read = (name: string) => readText(path.join(place, name));
  const there = names.filter((name) => IGNORE.test(name));
  const below = names.filter((name) => BELOW.test(name)).map((name) => path.join(place, name));
  if (![place, ...below].some(isBuiltBy) && there.length === 0) return [];
  const made = [".prime", ...(link === undefined ? [] : [link])].map((name) =>
    path.relative(place, path.join(folder, name)),
  );
  const isCommon = there.includes(".dockerignore") || there.includes(".containerignore");
  return (isCommon ? there : [".dockerignore", ...there]).map((name) => {
    const file = path.relative(folder, path.join(place, name));
    return planIgnore(file, read(name), made, path.relative(place, launcher));
  });
}

function isBuiltBy(folder: string): boolean {
  const says = (name: string) => /[\s{]build:/.test(readText(path.join(folder, name)) ?? "");
  return (listFolder(folder) ?? []).some((name) => DOCKERFILE.test(name) || (COMPOSE.test(name) && says(name)));
}

function planIgnore(file: string, text: string | undefined, made: readonly string[], launcher: string): Deed {
  const lines = linesOf(text);
  const away = made.filter((name) => !isIgnored(lines, name));
  const wanted = [...away, ...(isIgnored(lines, launcher) ? [`!${launcher}`] : [])];
  if (wanted.length === 0) return { file, verb: "keep", why: "has the lines" };
  const why = away.length === 0 ? "the image needs the launcher" : "what this machine made is of no use in an image";
  return extend(file, text, wanted, `${wanted.join(", ")}: ${why}`);
}

/** Whether the last pattern that fits leaves a path out, or a folder around it (Docker's reference, `.dockerignore`). */
function isIgnored(lines: readonly string[], name: string): boolean {
  const parts = name.split("/");
  const names = parts.map((_, end) => parts.slice(0, end + 1).join("/"));
  let ignored = false;
  for (const line of lines) {
    const [, no, pattern = ""] = /^(!?)\s*(?:\.?\/)*(.*?)\/?$/.exec(line.trim()) ?? [];
    if (pattern === "" || line.startsWith("#")) continue;
    const variants = pattern.startsWith("**/") ? [pattern, pattern.slice("**/".length)] : [pattern];
    if (variants.some((one) => names.some(globMatcher(one)))) ignored = no === "";
  }
  return ignored;
}
