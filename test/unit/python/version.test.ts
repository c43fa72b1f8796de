import { satisfies } from "@renovatebot/pep440";
import { expect, test } from "vitest";
import { PrimeError } from "../../../src/errors.ts";
import {
  basenames,
  compareVersions,
  describe as describeRequest,
  fits,
  parseRequest,
  selectorTuple,
  uvRequest,
} from "../../../src/python/version.ts";

const cpython = (version: string, prerelease = "") => ({ implementation: "cpython", version, prerelease });
const pypy = (version: string) => ({ implementation: "pypy", version });

test.each([
  ["3", "3.12.1", true],
  ["3.12", "3.12.1", true],
  ["3.1", "3.12.1", false],
  ["3.12.1", "3.12.1", true],
  ["3.12.1", "3.12.10", false],
  ["python3.12", "3.12.1", true],
  ["cpython-3.12.1", "3.12.1", true],
  ["cpython@3.12", "3.12.1", true],
  ["cpython3.12", "3.11.9", false],
  [">=3.9,<3.13", "3.12.1", true],
  [">= 3.9, < 3.13", "3.13.0", false],
  [">=3.9,", "3.9.0", true],
  ["~=3.10", "3.13.0", true],
  ["~=3.10.2", "3.11.0", false],
  ["==3.11.*", "3.11.7", true],
  ["==3.11", "3.11.7", false],
  ["!=3.11.*", "3.11.7", false],
  ["any", "3.6.15", true],
  ["any", "2.7.18", false],
  [">=2.7", "3.8.0", true],
])("%s and %s: %s", (text, version, expected) => {
  expect(fits(parseRequest(text), cpython(version))).toBe(expected);
});

test("a named implementation must be the one that answers; an unnamed one may be any", () => {
  expect(fits(parseRequest("pypy3.10"), pypy("3.10.14"))).toBe(true);
  expect(fits(parseRequest("pypy@3.10"), cpython("3.10.14"))).toBe(false);
  expect(fits(parseRequest("pypy"), pypy("3.10.14"))).toBe(true);
  expect(fits(parseRequest("cpython-3.10"), pypy("3.10.14"))).toBe(false);
  expect(fits(parseRequest("3.10"), pypy("3.10.14"))).toBe(true);
});

test("a pre-release fits only where one is asked for", () => {
  expect(fits(parseRequest("3.14"), cpython("3.14.0", "rc1"))).toBe(false);
  expect(fits(parseRequest(null), cpython("3.14.0", "rc1"))).toBe(false);
  expect(fits(parseRequest(">=3.13"), cpython("3.14.0", "rc1"))).toBe(false);
  expect(fits(parseRequest("3.14.0rc1"), cpython("3.14.0", "rc1"))).toBe(true);
  expect(fits(parseRequest("3.14.0rc1"), cpython("3.14.0"))).toBe(false);
  expect(fits(parseRequest(">=3.14.0b1,<3.15"), cpython("3.14.0", "rc1"))).toBe(true);
});

test.each([
  "three",
  "^3.9",
  "3.12.1.4",
  "~=3",
  ">=3.9 || 3",
  "jython2.7",
  "2.7",
  "4",
  ">=3.12,<3.9",
  "3.x",
  "python-",
  ",",
  "system",
])("%s is refused, with its text and a way out", (text) => {
  const refused = (() => {
    try {
      parseRequest(text);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toBeInstanceOf(PrimeError);
  expect((refused as PrimeError).message).toContain(`\`${text}\``);
  expect((refused as PrimeError).hint).toContain("3.9");
});

test.each([
  ["3", [3, 0, 0]],
  ["3.7", [3, 7, 0]],
  ["cpython-3.12.1", [3, 12, 1]],
  ["3.14.0rc1", [3, 14, 0]],
  [">=3.9,<3.13", [3, 9, 0]],
  [">3.9", [3, 9, 1]],
  [">3.9.4", [3, 9, 5]],
  ["~=3.10,!=3.10.0", [3, 10, 1]],
  ["!=3.10.*,>=3.10", [3, 11, 0]],
  [">=2.7", [3, 0, 0]],
  ["==3.13.0rc1", [3, 13, 0]],
  [">=3.8.1", [3, 8, 1]],
  ["any", [3, 0, 0]],
])("a selector gets %s as %j", (text, tuple) => {
  expect(selectorTuple(parseRequest(text))).toEqual(tuple);
});

test("names are looked for from the most exact to the plain one", () => {
  expect(basenames(parseRequest("3.12.1"))).toEqual(["python3.12.1", "python3.12", "python3", "python"]);
  expect(basenames(parseRequest("cpython@3.12"))).toEqual(["python3.12", "python3", "python"]);
  expect(basenames(parseRequest("pypy3.10"))).toEqual(["pypy3.10", "pypy3", "pypy"]);
});

test("where the minor is open, each that fits follows, newest first", () => {
  expect(basenames(parseRequest(">=3.9,<3.12"))).toEqual([
    "python3",
    "python",
    "python3.11",
    "python3.10",
    "python3.9",
  ]);
  expect(basenames(parseRequest("==3.11.4"))).toEqual(["python3", "python", "python3.11"]);
  expect(basenames(parseRequest("!=3.10.*,>=3.9,<3.12")).slice(2)).toEqual(["python3.11", "python3.9"]);
  const any = basenames(parseRequest(null));
  expect(any.slice(0, 2)).toEqual(["python3", "python"]);
  expect(any.indexOf("python3.13")).toBeLessThan(any.indexOf("python3.9"));
  expect(any).toEqual(basenames(parseRequest("3")));
});

test.each([
  ["3.12", "3.12", "Python 3.12"],
  ["3.14.0rc1", "3.14.0rc1", "Python 3.14.0rc1"],
  ["python3.12", "3.12", "Python 3.12"],
  ["cpython-3.12.1", "cpython@3.12.1", "CPython 3.12.1"],
  ["pypy3.10", "pypy@3.10", "PyPy 3.10"],
  ["pypy", "pypy", "any PyPy 3"],
  [">=3.9, <3.13,", ">=3.9,<3.13", "Python >=3.9,<3.13"],
  ["any", "3", "any Python 3"],
])("%s is %s to uv and %s to people", (text, uv, people) => {
  expect(uvRequest(parseRequest(text))).toBe(uv);
  expect(describeRequest(parseRequest(text))).toBe(people);
});

test("versions are compared by number, a pre-release below its release", () => {
  const sorted = [cpython("3.9.1"), cpython("3.14.0"), cpython("3.14.0", "rc1"), cpython("3.10.0")].sort(
    compareVersions,
  );
  expect(sorted.map((one) => one.version + one.prerelease)).toEqual(["3.9.1", "3.10.0", "3.14.0rc1", "3.14.0"]);
});

const RANGES = [
  ">=3",
  ">=3.9",
  ">= 3.9, <3.13",
  "<4,>=3.10.2",
  ">=3.12.0,<3.12.5",
  "<3.9.0",
  ">=3.9,!=3.12.0",
  "~=3.9",
];

test.each(RANGES)("%s takes the versions that PEP 440 has it take", (range) => {
  const request = parseRequest(range);
  for (const version of ["3.0.0", "3.8.20", "3.9.0", "3.9.1", "3.10.2", "3.12.0", "3.12.4", "3.12.5", "3.13.0"]) {
    expect(`${version} ${fits(request, cpython(version))}`).toBe(`${version} ${satisfies(version, range)}`);
  }
});

test.each([">=3..9", ">=3.9.", ">=", ">=3.9 <4", ">=3.x"])("%s is no range", (text) => {
  expect(() => parseRequest(text)).toThrow(PrimeError);
});
