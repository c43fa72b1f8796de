import * as v from "valibot";
import { parseJson } from "../edges/files/own/own-json.ts";

const SCHEMA = v.object({
  stage: v.picklist(["node", "python", "venv"]),
  root: v.string(),
  shellPid: v.number(),
  shellStart: v.string(),
  facts: v.object({
    python: v.string(),
    how: v.string(),
    reason: v.string(),
    since: v.number(),
    lost: v.optional(v.object({ path: v.string(), why: v.string() })),
    generation: v.optional(v.string()),
  }),
});

/** `undefined` for a text that is no progress. Fields that this version does not know are left out. */
export function parseProgress(text: string): v.InferOutput<typeof SCHEMA> | undefined {
  return parseJson(text, SCHEMA);
}
