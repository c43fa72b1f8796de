import { readText } from "../../edges/files/read.ts";
import { parseToml, type Table } from "../../toml.ts";

/** A TOML file's table; an empty one for a file that is not there, or is none: whoever needs it says so. */
export async function tableIn(file: string): Promise<Table> {
  const text = readText(file);
  return text === undefined ? {} : parseToml(text, file).catch(() => ({}));
}
