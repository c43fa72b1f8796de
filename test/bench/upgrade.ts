import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { quoteForShell } from "../../src/edges/command.ts";
import { PythonShelf, packable } from "../support/pythons/pythons.ts";
import type { Place } from "./place.ts";
import { SMALL } from "./repos.ts";
import type { Scenario } from "./scenario.ts";

/** Lines of `./prime -v upgrade` between which it validates; the first is said again while it lasts. */
export const VALIDATION = ["prime: validate the environment\n", "validated: it is put in force"] as const;
const ROUNDS = 8;

/** To an interpreter that is fetched from a file, and back before each time; both have their caches. */
export function upgrade(place: Place): Scenario | string {
  const to = packable().at(-1);
  if (to === undefined) return "there is no CPython of pyenv's to pack";
  const shelf = new PythonShelf(path.join(place.folder, "builds"));
  shelf.add(to);
  const repo = place.repo("upgrade", {
    ...SMALL,
    "prime.toml": `[upgrade]\nmanifest = "${shelf.list}"\nwaive = ["_dbm", "_gdbm"]\n`,
  });
  repo.commit();
  const clone = repo.cloneForUv();
  repo.makeReady();
  const [kept, store] = [path.join(place.folder, "kept"), path.join(place.home, ".local/share/prime")];
  repo.run("cp", "-a", repo.root, kept);
  const again = (...words: string[]) => ["/bin/sh", "-c", words.join(" && ")];
  const [from, at, python] = [kept, repo.root, store].map(quoteForShell);
  const installs = path.join(place.folder, "uv-pythons");
  const env = {
    ...place.env,
    UV_PYTHON_DOWNLOADS_JSON_URL: uvList(place, shelf.list, to.version),
    UV_PYTHON_INSTALL_DIR: installs,
    UV_PYTHON_INSTALL_BIN: "0",
  };
  const [uv, folder] = [place.uv, installs].map(quoteForShell);
  const arms = {
    "uv python install, uv sync": {
      argv: again(`${uv} python install -q ${to.version}`, `${uv} sync -q -p ${to.version}`),
      cwd: clone.root,
      env,
      before: again(
        `rm -rf ${folder} .venv`,
        `UV_PYTHON_DOWNLOADS=never ${uv} sync -q -p ${quoteForShell(place.python)}`,
      ),
    },
    "./prime upgrade": {
      argv: [repo.prime, "-v", "upgrade", "--python", to.version],
      cwd: repo.root,
      env: place.env,
      before: again(`rm -rf ${at} ${python}`, `cp -a ${from} ${at}`),
      marks: VALIDATION,
    },
  };
  return { id: "upgrade", title: "an upgrade to an interpreter that is fetched, caches warm", rounds: ROUNDS, arms };
}

/** The same archive in a list of uv's own form. */
function uvList(place: Place, list: string, version: string): string {
  const { releases } = JSON.parse(fs.readFileSync(list, "utf8"));
  const { url, sha256, platform } = releases[version][0];
  const [os, family, libc] = platform.split("-");
  const [major, minor, patch] = version.split(".").map(Number);
  const archive = pathToFileURL(path.join(path.dirname(list), url)).href;
  const entry = { name: "cpython", arch: { family, variant: null }, os, libc, major, minor, patch, prerelease: "" };
  const file = path.join(place.folder, "uv-list.json");
  const all = {
    [`cpython-${version}-${os}-${family}-${libc}`]: { ...entry, url: archive, sha256, variant: null, build: "" },
  };
  fs.writeFileSync(file, JSON.stringify(all));
  return pathToFileURL(file).href;
}
