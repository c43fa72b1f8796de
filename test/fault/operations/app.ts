import * as fs from "node:fs";
import * as path from "node:path";
import { appWheel, saying } from "../../support/apps/app-wheel.ts";
import { withoutNode } from "../../support/system/no-node.ts";
import { LONG_AGO, type Place } from "../place.ts";
import type { Operation } from "./operations.ts";

/** What is known of an app: its folder, as prime keeps it. */
const KEPT =
  /^(?:app\.json|start|releases|selection\.json|check\.json|due|log\.jsonl|update\.log|updater|wanted|digests\.json|trial)$/;

const basket = (place: Place): string => path.join(place.base, "basket");
const home = (place: Place): string => path.join(place.home, ".local/state/prime/apps/foo");

/** Makes the app of a repo with its first release, and publishes a second one. */
async function install(place: Place): Promise<void> {
  fs.mkdirSync(basket(place), { recursive: true });
  appWheel(basket(place), "foo", "1", saying("1"));
  place.file("prime.toml", `[app]\nname = "foo"\npackages = ["foo"]\nsources = ["${basket(place)}"]\n`);
  await place.good(["app", "run"]);
  appWheel(basket(place), "foo", "2", saying("2"));
}

/** Which release the next start runs. */
function selected(place: Place): string | undefined {
  const file = path.join(home(place), "selection.json");
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as { current: string }).current : undefined;
}

async function says(place: Place): Promise<string> {
  const { code, stdout, stderr } = await place.prime(["app", "run"]);
  return code === 0 ? stdout : `status ${code}: ${stdout}${stderr}`;
}

/** A start runs one of both releases; done again all is new, nothing is left over, and a start is warm. */
async function aftermath(place: Place, args: readonly string[]): Promise<string[]> {
  const first = await says(place);
  if (first !== "foo 1\n" && first !== "foo 2\n") return [`the next start says ${first}`];
  const again = await place.prime(args);
  if (again.code !== 0) return [`done again it ended with ${again.code}: ${again.stderr}`];
  for (const _ of ["on trial", "settled"]) {
    const said = await says(place);
    if (said !== "foo 2\n") return [`after it was done again a start says ${said}`];
  }
  const looked = await place.prime(["app", "self", "update"]);
  if (looked.code !== 0) return [`another look ended with ${looked.code}: ${looked.stderr}`];
  const left = fs.readdirSync(home(place)).filter((name) => !KEPT.test(name));
  if (left.length > 0) return [`left in the app's folder: ${left.join(", ")}`];
  const warm = await place.start([path.join(place.root, "prime"), "app", "run"], { PATH: withoutNode(place) });
  return warm.code === 0 ? [] : [`the start after it is not warm: ${warm.stderr}`];
}

/** Starts that are due, each with its updater to the end, run one of both releases, then the new one; and all is as above. */
async function dueAftermath(place: Place): Promise<string[]> {
  const said: string[] = [];
  for (const _ of ["begun anew", "staged", "on trial", "settled"]) {
    const { code, stdout, stderr } = await place.prime(["app", "run"], { env: { PRIME_UPDATE: "due" } });
    said.push(code === 0 ? stdout : `status ${code}: ${stderr}`);
    for (let status = ""; !/"updater": ?null/.test(status); ) {
      status = (await place.good(["app", "self", "status", "--json"])).stdout;
    }
  }
  const isSound = said.every((text) => /^foo [12]\n$/.test(text)) && said.at(-1) === "foo 2\n";
  return isSound ? aftermath(place, ["app", "self", "update"]) : [`due starts say ${said.join(", ")}`];
}

const app = { before: null, after: {}, asksForAfter: false, app: { selected, aftermath } };

export const APP_OPERATIONS: Readonly<Record<string, Operation>> = {
  "app-update": {
    ...app,
    title: "update of an app",
    async prepare(place) {
      await install(place);
      return ["app", "self", "update"];
    },
  },
  "app-due": {
    ...app,
    app: { selected, aftermath: dueAftermath },
    title: "start of an app that is due, with the updater that it leaves behind",
    async prepare(place) {
      await install(place);
      for (const _ of ["young", "warm"]) await place.good(["app", "run"]);
      fs.utimesSync(path.join(home(place), "due"), LONG_AGO, LONG_AGO);
      return ["app", "run"];
    },
  },
  "app-swap": {
    ...app,
    title: "start of an app that takes what is ready",
    async prepare(place) {
      await install(place);
      await place.prime(["app", "run"], { env: { PRIME_UPDATE: "due" } });
      for (let status = ""; !/"staged": ?"2-/.test(status) || !/"updater": ?null/.test(status); ) {
        status = (await place.good(["app", "self", "status", "--json"])).stdout;
      }
      return ["app", "run"];
    },
  },
};
