import type { Files, Place } from "../bench/place.ts";

export interface Demo {
  readonly name: string;
  readonly title: string;
  readonly columns: number;
  readonly files: Files;
  /** What the machine has before the first command. */
  readonly before?: (place: Place) => void;
  /** Typed one after the other, each when the one before has shown what it has to. */
  readonly commands: readonly { readonly line: string; readonly until: string }[];
}

const SHOP: Files = {
  "pyproject.toml": `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["httpx"]

[dependency-groups]
dev = ["pytest"]
`,
  "test_shop.py": `import httpx


def test_price():
    assert httpx.URL("https://shop.example/price").path == "/price"
`,
};

export const DEMOS: readonly Demo[] = [
  {
    name: "first",
    title: "The first start of ./prime run pytest builds the environment, the second one only runs pytest",
    columns: 92,
    files: SHOP,
    commands: [
      { line: "time ./prime run pytest -q", until: "seconds" },
      { line: "time ./prime run pytest -q", until: "seconds" },
    ],
  },
];
