import { PrimeError } from "../../errors.ts";
import { isTable, type Table } from "../../toml.ts";

/** Typed looks into a TOML document; `key` is the dotted path, its last part the name looked up unless one is given. */
export class View {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  table(parent: Table, key: string): Table {
    const value = parent[lastPart(key)] ?? {};
    if (!isTable(value)) throw this.#wrong(key, "a table");
    return value;
  }

  texts(parent: Table, key: string, name = lastPart(key)): readonly string[] | undefined {
    const value = parent[name];
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw this.#wrong(key, "a list of texts");
    }
    return value;
  }

  #wrong(key: string, expected: string): PrimeError {
    return new PrimeError(
      "bad-pyproject",
      `could not read ${this.#file}: \`${key}\` is not ${expected}`,
      "mend that key",
    );
  }
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
