import * as path from "node:path";
import { backdate, writeAtomic } from "../edges/files/change.ts";
import { readText } from "../edges/files/read.ts";
import { renderToml, type Table } from "../toml.ts";
import type { App } from "./app.ts";

/** Another text has another id: nobody has to wait until a time tells them apart. */
export function writeOld(file: string, text: string): void {
  writeAtomic(file, text);
  backdate(file);
}

/** The configuration of a root (absolute) that is the app's, whose rules uv keeps there as in any repo. */
export async function writeRules({ config }: App, root: string, python: string | undefined): Promise<void> {
  const required = python ? { required_python_version: python } : {};
  const file = path.join(root, "prime.toml");
  const text = await renderToml({ ...required, upgrade: withFullPaths(config.rules) });
  if (readText(file) !== text) writeOld(file, text);
}

function withFullPaths({ values, folder }: App["config"]["rules"]): Table {
  const { ca_file } = values;
  return ca_file === undefined ? values : { ...values, ca_file: path.resolve(folder, ca_file) };
}
