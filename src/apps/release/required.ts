import * as path from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../../edges/files/change.ts";
import { readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import type { App } from "../app.ts";

const REQUIRED = v.object({ packages: v.array(TEXT), sources: v.array(TEXT) });

/** What the running app asked for beside what its configuration names, and where from; no sources: the app's own. */
export type Required = v.InferOutput<typeof REQUIRED>;

const file = ({ home }: Pick<App, "home">): string => path.join(home, "required.json");

/** A call each. */
export function readRequired(app: Pick<App, "home">): readonly Required[] {
  return readOwnJson(file(app), v.array(REQUIRED)) ?? [];
}

export function writeRequired(app: Pick<App, "home">, all: readonly Required[]): void {
  writeAtomic(file(app), JSON.stringify(all));
}
