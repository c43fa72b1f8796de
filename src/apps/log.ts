import * as path from "node:path";
import * as v from "valibot";
import { now } from "../edges/clock.ts";
import { append } from "../edges/files/change.ts";
import { parseJson, readOwnText, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { passOn } from "../errors.ts";
import { hideSecrets } from "../secrets.ts";
import type { App } from "./app.ts";

const EVENTS = ["check", "stage", "activate", "healthy", "fallback", "skip", "refuse", "launcher"] as const;

const EVENT = v.object({
  at: TIME,
  event: v.picklist(EVENTS),
  release: v.nullable(TEXT),
  from: v.nullable(TEXT),
  message: TEXT,
});

/** A line of an app's log. */
export type Event = v.InferOutput<typeof EVENT>;

/** Nobody reads further back. */
const MOST = 10_000;

const logFile = ({ home }: App): string => path.join(home, "log.jsonl");

/** Writes an event down; a log that can't be written stops nothing. */
export function record(app: App, event: Event["event"], more: Partial<Omit<Event, "at" | "event">> = {}): void {
  const line = JSON.stringify({ at: now(), event, release: null, from: null, message: "", ...more }, hideSecrets);
  try {
    append(logFile(app), `${line}\n`);
  } catch (error) {
    passOn(error);
  }
}

/** What was written down, the oldest first. */
export function readEvents(app: App): Event[] {
  const lines = (readOwnText(logFile(app)) ?? "").split("\n");
  return lines.slice(-MOST).flatMap((line) => parseJson(line, EVENT) ?? []);
}
