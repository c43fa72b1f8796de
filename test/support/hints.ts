import { bad } from "./repos.ts";
import type { Sandbox } from "./sandbox.ts";
import { packageIndex } from "./servers/index-server.ts";

/** The head of a project that asks for nothing yet. */
export const APP = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\n';

/** An index that has one package. */
export async function alpha() {
  const index = await packageIndex();
  index.publish("alpha", "1.0");
  return index;
}

/** What prime says: the first line, and what to do next. */
export function said(stderr: string): { first: string; next: string } {
  const at = stderr.indexOf("prime: error: ");
  const first = stderr.slice(at).split("\n", 1)[0] ?? "";
  return { first, next: /^ {2}next: (.*)$/m.exec(stderr)?.[1] ?? "" };
}

/** The same of a start that has to fail. */
export async function failing(box: Sandbox, args: readonly string[] = [], options = {}) {
  return said(await bad(box, args, options));
}
