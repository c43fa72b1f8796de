import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Random } from "../../../support/random.ts";

/** Where a crafted tree stands, and what it may lead to. */
export interface Scene {
  readonly random: Random;
  /** The `.prime` to spoil. */
  readonly data: string;
  /** The `.venv` link beside it. */
  readonly link: string;
  /** A folder of somebody's, outside of the root: files, folders, a venv, a FIFO. */
  readonly outside: string;
}

type Deed = (scene: Scene) => void;

/** Does something random to a `.prime`; says what, so that a failure can be told. */
export function spoil(scene: Scene): string {
  const { random } = scene;
  const done: string[] = [];
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const name = random.of(Object.keys(DEEDS));
    try {
      (DEEDS[name] as Deed)(scene);
      done.push(name);
    } catch {
      done.push(`${name}, not possible`);
    }
  }
  return done.join("; ");
}

const DEEDS: Readonly<Record<string, Deed>> = {
  "a link in the place of something": (scene) => replace(scene, (file) => fs.symlinkSync(target(scene, file), file)),
  "a FIFO in the place of something": (scene) => replace(scene, (file) => execFileSync("mkfifo", [file])),
  "a folder in the place of something": (scene) => replace(scene, (file) => fs.mkdirSync(file)),
  "a file in the place of something": (scene) => replace(scene, (file) => fs.writeFileSync(file, text(scene))),
  "another name of a foreign file": (scene) =>
    replace(scene, (file) => fs.linkSync(path.join(scene.outside, "letter"), file)),
  "a torn file": ({ random, data }) => {
    const file = random.of(filesIn(data));
    fs.truncateSync(file, random.below(fs.statSync(file).size + 1));
  },
  "other text": (scene) => fs.writeFileSync(scene.random.of(filesIn(scene.data)), text(scene)),
  "an account that leads elsewhere": (scene) => {
    const file = scene.random.of(filesIn(scene.data).filter((one) => one.endsWith("prime.json")));
    const account = JSON.parse(fs.readFileSync(file, "utf8"));
    const key = scene.random.of([
      "id",
      "root",
      "resolution",
      "sitePackages",
      "layout",
      "builtAt",
      "adopted",
      "packages",
    ]);
    fs.writeFileSync(file, JSON.stringify({ ...account, [key]: value(scene) }));
  },
  "a state that leads elsewhere": (scene) => {
    const holds = { [scene.random.hex(64)]: { generation: way(scene), since: 1 } };
    fs.writeFileSync(path.join(scene.data, "state.json"), JSON.stringify({ form: 1, holds, given: [way(scene)] }));
  },
  "a history that leads elsewhere": (scene) => {
    const entry = { at: 1, what: "build", why: "", flags: "", from: way(scene), to: way(scene), changes: [] };
    fs.appendFileSync(path.join(scene.data, "history.jsonl"), `${JSON.stringify(entry)}\n`);
  },
  "a name of prime's own form": (scene) => plant(scene, ownName(scene)),
  "an odd name": (scene) => plant(scene, scene.random.of(ODD)),
  "a name that is no UTF-8": ({ random, data }) => {
    const folder = random.of(foldersIn(data));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x77, 0xff, 0xfe, 0x2f - 1])]), "x");
  },
  "a deep tree": ({ random, data }) => {
    fs.mkdirSync(path.join(random.of(foldersIn(data)), `${"d/".repeat(200)}d`), { recursive: true });
  },
  "another `.venv`": (scene) => {
    fs.rmSync(scene.link, { recursive: true, force: true });
    const make: readonly (() => void)[] = [
      () => fs.symlinkSync(target(scene, scene.link), scene.link),
      () => fs.mkdirSync(scene.link),
      () => fs.cpSync(path.join(scene.outside, "venv"), scene.link, { recursive: true }),
      () => execFileSync("mkfifo", [scene.link]),
    ];
    scene.random.of(make)();
  },
  "a RECORD that leads elsewhere": (scene) => {
    const info = scene.random.of(foldersIn(scene.data).filter((folder) => folder.endsWith("site-packages")));
    fs.mkdirSync(path.join(info, "evil-1.dist-info"));
    const rows = ["letter", "fifo", "venv/pyvenv.cfg"].map(
      (name) => `${path.relative(info, path.join(scene.outside, name))},sha256=AA,1\n`,
    );
    fs.writeFileSync(path.join(info, "evil-1.dist-info/RECORD"), rows.join(""));
  },
  "all of it can be read alone": ({ random, data }) => fs.chmodSync(random.of(foldersIn(data)), 0o555),
};

const ODD = [
  "-rf",
  "a b",
  "a\nb",
  "\u001b[2J",
  "*",
  "~",
  "..a",
  "'\"$(x)`",
  "\u202egnp",
  "x".repeat(255),
  "CON",
  ".tmp",
];

function replace({ random, data }: Scene, make: (file: string) => void): void {
  const known = [
    "",
    "generations",
    "resolved",
    "log",
    "aside",
    "setup",
    "setup-cfg",
    "state.json",
    "history.jsonl",
    "seen.json",
    "lock",
    ".gitignore",
  ];
  const all = [...known.map((name) => path.join(data, name)), ...everythingIn(data)];
  const file = random.of(all);
  fs.rmSync(file, { recursive: true, force: true });
  make(file);
}

function plant(scene: Scene, name: string): void {
  const { random, data } = scene;
  const file = path.join(
    random.of([data, ...["generations", "resolved", "setup"].map((one) => path.join(data, one))]),
    name,
  );
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const make: readonly (() => void)[] = [
    () => fs.symlinkSync(target(scene, file), file),
    () => fs.writeFileSync(file, text(scene)),
    () => {
      fs.mkdirSync(file);
      fs.symlinkSync(scene.outside, path.join(file, "away"));
      fs.writeFileSync(path.join(file, "prime.json"), text(scene));
    },
  ];
  random.of(make)();
}

function ownName({ random }: Scene): string {
  const id = `${random.hex(8)}-${random.hex(8)}`;
  const mark = `.${1 + random.below(99999)}.${random.hex(8)}.${random.hex(8)}`;
  return random.of([
    id,
    `.gone-${id}${mark}`,
    `work-${id}${mark}`,
    `work-uv${mark}`,
    `state.json${mark}.${random.hex(8)}.tmp`,
    `${id}${mark}.${random.hex(8)}.tmp`,
    `lock.${random.hex(16)}`,
    `uv-lock${mark}`,
    `${random.hex(16)}.txt`,
  ]);
}

function target({ random, outside, data }: Scene, file: string): string {
  const absolute = random.of([
    outside,
    path.join(outside, "letter"),
    path.join(outside, "venv"),
    path.join(outside, "fifo"),
    path.dirname(data),
    "/",
    "/nowhere",
    file,
  ]);
  return random.below(2) === 0 ? absolute : path.relative(path.dirname(file), absolute) || ".";
}

/** A name that leads out. */
function way({ random, outside, data }: Scene): string {
  const generations = path.join(data, "generations");
  return random.of([
    "..",
    "../..",
    "../../..",
    path.relative(generations, outside),
    outside,
    path.join(outside, "venv"),
    ".",
    "",
  ]);
}

function value(scene: Scene): unknown {
  return scene.random.of([way(scene), null, 1e308, -1, [], {}, { [way(scene)]: way(scene) }, "x".repeat(70_000)]);
}

function text(scene: Scene): string {
  const { random } = scene;
  const id = way(scene);
  const account = {
    layout: random.of([1, 5, 6, 7, "6"]),
    id,
    root: path.dirname(scene.data),
    builtAt: random.below(2),
  };
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  return random.of([
    "",
    "\0\0\0",
    "{",
    "null",
    "[]",
    '"x"',
    "17",
    deep,
    JSON.stringify(account),
    id,
    `${scene.outside}/letter\n`,
    "0".repeat(64),
    "\ud800\u001b]52;c;eA\u0007\n",
  ]);
}

function everythingIn(folder: string): string[] {
  if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return fs.readdirSync(folder).flatMap((name) => [path.join(folder, name), ...everythingIn(path.join(folder, name))]);
}

function filesIn(folder: string): string[] {
  return everythingIn(folder).filter((file) => fs.lstatSync(file).isFile());
}

function foldersIn(folder: string): string[] {
  return [folder, ...everythingIn(folder).filter((file) => fs.lstatSync(file).isDirectory())];
}
