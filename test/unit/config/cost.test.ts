import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { repoAt } from "./place.ts";

const loaded = vi.hoisted(() => [] as string[]);

vi.mock("valibot", (original) => {
  loaded.push("valibot");
  return original();
});
vi.mock("smol-toml", (original) => {
  loaded.push("smol-toml");
  return original();
});

let root: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-cost-")));
});

afterEach(() => fs.rmSync(root, { recursive: true }));

describe("what a repo without configuration costs", () => {
  test("a module is loaded when there is something for it to do, and not before", async () => {
    const load = () => loadConfig({ repo: repoAt(root), env: { PRIME_PROGRESS: "{}", PATH: "/bin" }, flags: {} });
    fs.writeFileSync(path.join(root, ".python-version"), "3.12\n");
    fs.writeFileSync(path.join(root, "pyproject.toml"), "[project]\nname = 'x'\n");
    await load();
    expect(loaded).toEqual([]);

    fs.rmSync(path.join(root, ".python-version"));
    await load();
    expect(loaded).toEqual(["smol-toml"]);

    fs.writeFileSync(path.join(root, "prime.toml"), "lock = 'check'\n");
    await load();
    expect(loaded).toEqual(["smol-toml", "valibot"]);
  });
});
