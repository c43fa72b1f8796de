import * as fs from "node:fs";
import * as path from "node:path";
import { PythonShelf, packable } from "../../support/pythons/pythons.ts";
import type { Place } from "../place.ts";
import { APP_OPERATIONS } from "./app.ts";

/** Something that prime does, and what an environment holds before and after it. */
export interface Operation {
  readonly title: string;
  /** Makes what is there before; gives prime's arguments. */
  readonly prepare: (place: Place) => Promise<readonly string[]>;
  /** Makes it again in a copy of that, whose ctimes are others. */
  readonly inCopy?: (place: Place) => Promise<unknown>;
  /** Versions by package; null: no environment yet. */
  readonly before: Readonly<Record<string, string>> | null;
  readonly after: Readonly<Record<string, string>>;
  /** What the next start shows: true, when it is what comes after, whether the operation was done or not. */
  readonly asksForAfter: boolean;
  /** It takes so long that only a sample of faults is tried. */
  readonly isLong?: boolean;
  /** Where it is about an app: which release is selected, and what must hold afterwards in place of what holds for `.venv`. */
  readonly app?: {
    readonly selected: (place: Place) => string | undefined;
    readonly aftermath: (place: Place, args: readonly string[]) => Promise<string[]>;
  };
}

/** The one package of these repos, in the index that the places are given. */
export const PACKAGE = "pebble";
export const VERSIONS = ["1.0", "2.0", "3.0"] as const;

const V1 = { [PACKAGE]: "1.0" };
const V2 = { [PACKAGE]: "2.0" };

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  first: {
    title: "first run, uv and its cache at hand",
    async prepare(place) {
      await require(place, "1.0", 1);
      forget(place);
      return [];
    },
    before: null,
    after: V1,
    asksForAfter: true,
  },
  download: {
    title: "first run, uv's cache empty",
    async prepare(place) {
      await require(place, "1.0", 1);
      forget(place);
      empty(place.uvCache);
      return [];
    },
    before: null,
    after: V1,
    asksForAfter: true,
  },
  newcomer: {
    title: "first run, nothing at hand, uv neither",
    async prepare(place) {
      place.file("requirements.txt", "");
      fs.rmSync(path.join(place.home, ".cache/prime/uv"));
      return [];
    },
    before: null,
    after: {},
    asksForAfter: true,
    isLong: true,
  },
  rebuild: {
    title: "rebuild for a changed requirement",
    async prepare(place) {
      await require(place, "2.0", 1);
      forget(place);
      await require(place, "1.0", 2);
      place.file("requirements.txt", `${PACKAGE}==2.0\n`, 3);
      return [];
    },
    before: V1,
    after: V2,
    asksForAfter: true,
  },
  lock: {
    title: "rebuild after uv.lock was brought in step",
    async prepare(place) {
      place.file("pyproject.toml", pyproject(">=2,<3"), 1);
      await place.good(["uv", "lock"]);
      await place.good([]);
      forget(place);
      place.file("pyproject.toml", pyproject("<2"), 2);
      await place.good([]);
      place.file("pyproject.toml", pyproject(">=2,<3"), 1);
      return [];
    },
    before: V1,
    after: V2,
    asksForAfter: true,
  },
  switch: {
    title: "branch switch to what was built before",
    prepare: thereAndBack,
    inCopy: thereAndBack,
    before: V1,
    after: V2,
    asksForAfter: true,
  },
  rollback: {
    title: "rollback",
    async prepare(place) {
      await require(place, "2.0", 1);
      const id = place.shown() ?? "";
      await require(place, "1.0", 2);
      return ["rollback", id];
    },
    before: V1,
    after: V2,
    asksForAfter: false,
  },
  upgrade: {
    title: "upgrade of a locked package",
    async prepare(place) {
      place.file("pyproject.toml", pyproject(">=1"), 1);
      await place.good(["uv", "lock", "--upgrade-package", `${PACKAGE}==1.0`]);
      await place.good([]);
      return ["upgrade"];
    },
    before: V1,
    after: { [PACKAGE]: "3.0" },
    asksForAfter: false,
  },
  interpreter: {
    title: "upgrade of the interpreter, fetched, and of a locked package",
    async prepare(place) {
      const other = packable().at(-2);
      if (other === undefined) throw new Error("this machine has no two CPythons of pyenv");
      const shelf = new PythonShelf(path.join(place.base, "builds"));
      shelf.add(other);
      place.file("prime.toml", `[upgrade]\nmanifest = "${shelf.list}"\n`, 1);
      place.file("pyproject.toml", pyproject(">=1"), 1);
      await place.good(["uv", "lock", "--upgrade-package", `${PACKAGE}==1.0`]);
      await place.good([]);
      return ["upgrade", "--python", other.version, "--packages"];
    },
    before: V1,
    after: { [PACKAGE]: "3.0" },
    asksForAfter: false,
    isLong: true,
  },
  gc: {
    title: "gc",
    async prepare(place) {
      await require(place, "3.0", 1);
      await require(place, "2.0", 2);
      await require(place, "1.0", 3);
      return ["gc", "--keep", "0", "--older", "0"];
    },
    before: V1,
    after: V1,
    asksForAfter: true,
  },
  reboot: {
    title: "reboot",
    async prepare(place) {
      await require(place, "1.0", 1);
      return ["reboot"];
    },
    before: V1,
    after: V1,
    asksForAfter: true,
  },
  ...APP_OPERATIONS,
};

/** Shows both, so that the shell knows the way, and asks for the one that is not shown. */
async function thereAndBack(place: Place): Promise<readonly string[]> {
  await require(place, "2.0", 1);
  await require(place, "1.0", 2);
  place.file("requirements.txt", `${PACKAGE}==2.0\n`, 1);
  return [];
}

/** Makes the environment with this version; `age` tells apart the times of the file that asks for it. */
async function require(place: Place, version: string, age: number): Promise<void> {
  place.file("requirements.txt", `${PACKAGE}==${version}\n`, age);
  await place.good([]);
}

function pyproject(range: string): string {
  return `[project]\nname = "stream"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["${PACKAGE}${range}"]\n`;
}

/** As in a fresh clone. */
function forget(place: Place): void {
  fs.rmSync(path.join(place.root, ".venv"));
  fs.rmSync(path.join(place.root, ".prime"), { recursive: true });
  fs.rmSync(path.join(place.home, ".local"), { recursive: true });
}

function empty(folder: string): void {
  fs.rmSync(folder, { recursive: true });
  fs.mkdirSync(folder);
}
