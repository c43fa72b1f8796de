import * as path from "node:path";
import { writeBackdated } from "../edges/files/change.ts";
import { readText } from "../edges/files/read.ts";
import { renderToml, type Table } from "../toml.ts";
import type { App } from "./app.ts";

/** The configuration of a root (absolute) that is the app's, whose rules uv keeps there as in any repo. */
export async function writeRules({ config }: App, root: string, python: string | undefined): Promise<void> {
  const required = python ? { required_python_version: python } : {};
  const file = path.join(root, "prime.toml");
  const text = await renderToml({ ...required, upgrade: withFullPaths(config.rules) });
  if (readText(file) !== text) writeBackdated(file, text);
}

function withFullPaths({ values, folder }: App["config"]["rules"]): Table {
  const { ca_file } = values;
  return ca_file === undefined ? values : { ...values, ca_file: path.resolve(folder, ca_file) };
}
