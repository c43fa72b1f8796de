import * as fs from "node:fs";
import * as path from "node:path";
import { OF_STAMPS } from "../../src/plan/ready-plan.ts";
import type { Place } from "./place.ts";

const ID = /^[0-9a-f]{8}-[0-9a-f]{8}$/;

/**
 * All below a place that belongs neither to the repo nor to what prime keeps: finished generations, forwarding links, their
 * resolutions, history, holds, logs, ready plans with their stamps and records, uv, probes. Caches of other programs, and what a
 * start that was killed had among temporary files for itself alone (certificates), are
 * theirs.
 */
export function rubbishOf(place: Place): string[] {
  const found = [
    ...others(place.root, ".", (name) =>
      /^(?:prime|requirements\.txt|pyproject\.toml|(?:uv|prime)\.lock|prime\.toml|\.venv|\.prime)$/.test(name),
    ),
    ...dataRubbish(place.root),
    ...planRubbish(place),
    ...others(path.join(place.home, ".local/share/prime/python"), "interpreters", (name) =>
      /^[0-9a-f]{16}-3[.\d]+$/.test(name),
    ),
    ...cacheRubbish(path.join(place.home, ".cache/prime")),
    ...others(place.tmp, "tmp", (name) => /^(?:uv-[0-9a-f]+\.lock|prime-\w{6})$/.test(name)),
  ];
  return found.sort();
}

function dataRubbish(root: string): string[] {
  const data = path.join(root, ".prime");
  const generations = path.join(data, "generations");
  const manifests = list(generations).flatMap((id) => {
    const file = path.join(generations, id, "prime.json");
    const isOwn = fs.lstatSync(path.join(generations, id)).isDirectory() && fs.existsSync(file);
    return isOwn ? [JSON.parse(fs.readFileSync(file, "utf8")) as { id: string; resolution: string | null }] : [];
  });
  const [ids, resolutions] = [manifests.map(({ id }) => id), manifests.map(({ resolution }) => resolution)];
  const isForwarded = (id: string) => {
    const file = path.join(generations, id);
    return ID.test(id) && fs.lstatSync(file).isSymbolicLink() && fs.readlinkSync(file) === "../../.venv";
  };
  return [
    ...others(data, ".prime", (name) =>
      /^(?:\.gitignore|generations|resolved|log|history\.jsonl|seen\.json|state\.json|prime\.schema\.json)$/.test(name),
    ),
    ...others(generations, "generations", (id) => ids.includes(id) || isForwarded(id)),
    ...ids.flatMap((id) => others(path.join(generations, id), id, (name) => !/^prime\.json\.|^\.tmp/.test(name))),
    ...others(path.join(data, "resolved"), "resolved", (name) => resolutions.includes(name)),
    ...others(path.join(data, "log"), "log", (name) => name.endsWith(".log")),
  ];
}

function planRubbish({ home, root }: Place): string[] {
  const folder = path.join(home, ".local/state/prime/at", root, ".plan");
  const records = list(folder).filter((name) => /^record.*\.json$/.test(name));
  const stamps = records.map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")).stamps as string);
  const kept = list(folder).filter((name) => name === "plan+kept");
  for (const name of kept)
    stamps.push(/\b(stamps-[0-9a-f]{8})\b/.exec(fs.readFileSync(path.join(folder, name), "utf8"))?.[1] ?? "");
  const isStamps = (name: string) => stamps.includes(OF_STAMPS.exec(name)?.[1] ?? name);
  return others(
    folder,
    "state",
    (name) => /^(?:plan|plan\+why|plan\+kept|names|record\.json|why\.json)$/.test(name) || isStamps(name),
  );
}

function cacheRubbish(cache: string): string[] {
  return [
    ...others(cache, "cache", (name) => /^(?:uv|probes|node)$/.test(name)),
    ...others(path.join(cache, "node"), "node", (name) => /^[\d.]+-\w+-[0-9a-f]{64}$/.test(name)),
    ...others(path.join(cache, "probes"), "probes", (name) => /^[0-9a-f]{64}\.json$/.test(name)),
    ...others(path.join(cache, "uv"), "uv", (name) => /^\d[^/]*(?<!\.lock)$/.test(name)),
    ...list(path.join(cache, "uv")).flatMap((name) =>
      others(path.join(cache, "uv", name), name, (file) => file === "uv" || file === "uv.sha256"),
    ),
  ];
}

function others(folder: string, shown: string, isKnown: (name: string) => boolean): string[] {
  return list(folder)
    .filter((name) => !isKnown(name))
    .map((name) => `${shown}/${name}`);
}

function list(folder: string): string[] {
  const isFolder = fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? fs.readdirSync(folder).sort() : [];
}
