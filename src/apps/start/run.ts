import type { Context, Printer } from "../../context.ts";
import { isFile } from "../../edges/files/read.ts";
import type { Surroundings } from "../../edges/surroundings.ts";
import type { Terminal } from "../../edges/terminal/terminal.ts";
import type { App } from "../app.ts";
import { isShared } from "../home.ts";
import { appStart, releaseRoot } from "../release/releases.ts";
import { reportsFolder, verdictFile } from "../shared.ts";
import { selectionFile } from "../state.ts";

/** One start of an app's launcher. */
export interface Run {
  readonly app: App;
  /** The launcher that runs, absolute: the app's own, or one that stands in for it. */
  readonly file: string;
  /** Of prime. */
  readonly version: string;
  readonly started: Surroundings & { readonly at: number; readonly launcher: string };
  /** How many of the words are not the app's, but the launcher's. */
  readonly shift: number;
  readonly terminal: Terminal;
  readonly print: Printer;
  /** The context of a root (absolute), by the launcher's own rules. */
  contextOf(root: string, own?: Partial<Pick<Context, "flagKey" | "app">>): Promise<Context>;
}

/** The context in which a release's environment is built; with a ready plan where starts are to use it. */
export function releaseContext({ app, contextOf }: Run, id: string, isPlanned: boolean): Promise<Context> {
  return contextOf(releaseRoot(app, id), {
    flagKey: isPlanned ? app.planKey : undefined,
    app: {
      start: (generation) => appStart(app, id, generation),
      sources: [app.config, ...app.config.bound].flatMap((one) => one.sources),
      inputs: [
        { kind: "file", path: selectionFile(app) },
        ...[app.beside.file, ...(app.isOwn ? [] : [verdictFile(app)])].map(
          (file) => ({ kind: isFile(file) ? "file" : "no-file", path: file }) as const,
        ),
        ...(app.isOwn && isShared(app) ? [{ kind: "listing", path: reportsFolder(app) } as const] : []),
      ],
    },
  });
}
