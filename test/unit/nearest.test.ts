import { describe, expect, test } from "vitest";
import { didYouMean, nearest } from "../../src/nearest.ts";

const COMMANDS = ["run", "uv", "shell", "env", "status", "why", "eval", "init", "reboot"];

describe("nearest", () => {
  test.each([
    ["stauts", "status"],
    ["statu", "status"],
    ["statuss", "status"],
    ["shel", "shell"],
    ["INIT", "init"],
    ["rn", "run"],
    ["--extr", "--extra", ["--extra", "--group"]],
    ["required-python-version", "required_python_version", ["lock", "required_python_version"]],
    ["python_version", "required_python_version", ["lock", "required_python_version"]],
    ["sha", "sha256", ["version", "sha256"]],
    ["reb", "reboot"],
    ["groups", "install_groups", ["install_groups", "install_extras"]],
  ])("%s → %s", (word, meant, candidates = COMMANDS) => {
    expect(nearest(word, candidates)).toBe(meant);
  });

  test.each(["", "pytest", "xyzzy", "ab"])("nothing is near to %j", (word) => {
    expect(nearest(word, COMMANDS)).toBeUndefined();
  });

  test("a swap of neighbours counts as one slip, two other letters as two", () => {
    expect(nearest("lcok", ["lock"])).toBe("lock");
    expect(nearest("lxxk", ["lock"])).toBeUndefined();
  });

  test("the closest wins, and the first of equals", () => {
    expect(nearest("extras", ["extra", "extras"])).toBe("extras");
    expect(nearest("envx", ["enva", "envb"])).toBe("enva");
  });

  test("whatever the word, every candidate is nearest to itself", () => {
    for (const command of COMMANDS) expect(nearest(command, COMMANDS)).toBe(command);
  });

  test("didYouMean says nothing where nothing is near", () => {
    expect(didYouMean("stauts", COMMANDS)).toBe("; did you mean `status`?");
    expect(didYouMean("pytest", COMMANDS)).toBe("");
  });
});
