import { expect, test } from "vitest";
import { markerEnvironment } from "../../../src/project/markers.ts";
import { unmet } from "../../../src/project/pylock-fit.ts";

const HERE = markerEnvironment({
  implementation: "cpython",
  version: "3.12.1",
  prerelease: "",
  machine: "x86_64",
  platform: "linux-x86_64",
});

const locked = (name: string, version: string | undefined, marker?: string) => ({ name, version, marker, digests: [] });

test.each([
  ["alpha", true],
  ["alpha>=1", true],
  ["alpha>=2", false],
  ["alpha [fast] (>=1,<2)", true],
  ["alpha~=2.0", false],
  ["Alpha==1.0", true],
  ["gone", false],
  ["gone; sys_platform == 'win32'", true],
  ["gone; platform_release > '1'", true],
  ["folder>=5", true],
  ["local==1.0", true],
  ["elsewhere", false],
  ["alpha @ https://example.org/a.whl", true],
  ["gone @ https://example.org/a.whl ; python_version > '3'", false],
  ["docs-only", true],
  ["extra-only", false],
])("%s", (requirement, isMet) => {
  const packages = [
    locked("alpha", "1.0"),
    locked("folder", undefined),
    locked("local", "1.0+cpu"),
    locked("elsewhere", "1.0", "sys_platform == 'win32'"),
    locked("docs-only", "1.0", "'docs' in dependency_groups"),
    locked("extra-only", "1.0", "'cli' in extras"),
  ];
  const needs = [requirement];
  expect(unmet({ packages, needs, extras: [], groups: ["docs"] }, HERE)).toEqual(isMet ? [] : needs);
});
