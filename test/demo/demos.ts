import * as fs from "node:fs";
import * as path from "node:path";
import { type Files, type Place, Repo } from "../bench/place.ts";
import { appWheel, saying } from "../support/apps/app-wheel.ts";
import { PythonShelf, packable } from "../support/pythons/pythons.ts";

export interface Demo {
  readonly name: string;
  readonly title: string;
  readonly columns: number;
  readonly files: Files;
  /** What the machine has before the first command. */
  readonly before?: (place: Place) => void;
  /** Typed one after the other, each when the one before has shown what it has to. */
  readonly commands: readonly { readonly line: string; readonly until: string }[];
}

const SHOP: Files = {
  "pyproject.toml": `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["httpx"]

[dependency-groups]
dev = ["pytest"]
`,
  "test_shop.py": `import httpx


def test_price():
    assert httpx.URL("https://shop.example/price").path == "/price"
`,
};

const SITE: Files = {
  "pyproject.toml": `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["jinja2", "click"]
`,
  "prime.toml": `[upgrade]
manifest = "../builds/list.json"
max_minor = "3.13"
exclude = ["markupsafe >=3"]
`,
};

/** On the older interpreter of two, and on packages of another time. */
function makeOutdated(place: Place): void {
  const [old, young] = packable().slice(-2);
  if (old === undefined || young === undefined) throw new Error("this machine has no two CPythons of pyenv");
  const shelf = new PythonShelf(path.join(place.folder, "builds"));
  for (const one of [old, young]) shelf.add(one);
  const repo = new Repo(place, path.join(place.folder, "shop"));
  repo.run(repo.prime, "python", "pin", old.version);
  const olden = ["jinja2==3.1.3", "click==8.1.6", "markupsafe==2.1.3"].flatMap((one) => ["--upgrade-package", one]);
  repo.run(repo.prime, "uv", "lock", ...olden);
  repo.run(repo.prime);
  repo.run("git", "add", "--all");
  repo.run("git", "commit", "--quiet", "--message", "before");
}

/** Three releases of a tool, the first of which is out; the last one can't be started. */
function makeReleases(place: Place): void {
  const [wheels, next] = ["wheels", "next"].map((name) => path.join(place.folder, name)) as [string, string];
  for (const folder of [wheels, next]) fs.mkdirSync(folder);
  appWheel(wheels, "foo", "3.2.0", saying("3.2.0"));
  appWheel(next, "foo", "3.2.1", saying("3.2.1"));
  appWheel(next, "foo", "3.3.0", `import os\nos.abort()\n${saying("3.3.0")}`);
  const toml = `[app]\npackages = ["foo >=3,<4"]\nverify   = ["test -n foo"]\nsources  = ["${wheels}"]\n`;
  fs.writeFileSync(path.join(place.folder, "shop/foo.toml"), toml);
}

export const DEMOS: readonly Demo[] = [
  {
    name: "first",
    title: "The first start of ./prime run pytest builds the environment, the second one only runs pytest",
    columns: 92,
    files: SHOP,
    commands: [
      { line: "time ./prime run pytest -q", until: "seconds" },
      { line: "time ./prime run pytest -q", until: "seconds" },
    ],
  },
  {
    name: "upgrade",
    title: "A policy, what ./prime upgrade would do, the upgrade, and the way back by ./prime rollback",
    columns: 108,
    files: SITE,
    before: makeOutdated,
    commands: [
      { line: "cat prime.toml", until: ">=3" },
      { line: "./prime upgrade --dry-run", until: "refused by" },
      { line: "./prime upgrade", until: "rollback shows" },
      { line: "git status --short", until: "uv.lock" },
      { line: "./prime rollback", until: "make it last" },
    ],
  },
  {
    name: "app",
    title: "A tool installs itself, takes a release, and leaves one that can't be started in that very start",
    columns: 108,
    files: {},
    before: makeReleases,
    commands: [
      { line: "head -2 foo.toml", until: "<4" },
      { line: "./prime init --app foo.toml --out foo", until: "makes the environment" },
      { line: "./foo hello", until: "foo 3.2.0 hello" },
      { line: "mv ../next/foo-3.2.1-*.whl ../wheels && ./foo self update", until: "is 3.2.1 now" },
      { line: "./foo hello", until: "foo 3.2.1 hello" },
      { line: "mv ../next/foo-3.3.0-*.whl ../wheels && ./foo self update", until: "is 3.3.0 now" },
      { line: "./foo hello", until: "foo 3.2.1 hello" },
      { line: "./foo self history", until: "3.2.0" },
    ],
  },
];
