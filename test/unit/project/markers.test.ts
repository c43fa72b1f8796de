import { describe, expect, test } from "vitest";
import { holds, markerEnvironment } from "../../../src/project/markers.ts";

const LINUX = markerEnvironment({
  implementation: "cpython",
  version: "3.12.1",
  prerelease: "",
  machine: "x86_64",
  platform: "linux-x86_64",
});

describe("a marker", () => {
  test.each([
    ["python_version < '3.13'", true],
    ["python_version<'3.9'", false],
    ["python_version >= '3.9' and python_version < \"3.13\"", true],
    ["python_version ~= '3.11'", true],
    ["python_version == '3.12.*'", true],
    ["'3.10' <= python_version", true],
    ["python_full_version > '3.12.0'", true],
    ["python_version in '3.11 3.12'", true],
    ["python_version not in '3.11 3.12'", false],
    ["sys_platform == 'win32' or platform_machine == 'x86_64'", true],
    ["sys_platform != 'win32'", true],
    ["os_name == 'nt' and (python_version < '3.13' or sys_platform == 'linux')", false],
    ["(os_name == 'nt' or (sys_platform == 'linux'))", true],
    ["os.name == 'posix' and python_implementation == 'CPython'", true],
    ["implementation_name == 'pypy'", false],
    ["extra == 'Dev_Tools'", true],
    ["extra != 'docs' and extra == 'dev-tools'", true],
    ["'docs' in dependency_groups", true],
    ["'cli' not in extras", true],
    ["platform_release >= '6'", undefined],
    ["platform_release >= '6' and os_name == 'nt'", false],
    ["platform_release >= '6' or os_name == 'posix'", true],
    ["nonsense", undefined],
    ["python_version <", undefined],
    ["(python_version < '4'", undefined],
    ["python_version < '4' ; x", undefined],
  ])("%s", (marker, expected) => {
    expect(holds(marker, LINUX, { extras: ["dev-tools"], groups: ["docs"] })).toBe(expected);
  });

  test("of a Mac and PyPy", () => {
    const mac = markerEnvironment({
      implementation: "pypy",
      version: "3.10.4",
      prerelease: "",
      machine: "arm64",
      platform: "macosx-14.0-arm64",
    });
    expect(holds("sys_platform == 'darwin' and platform_python_implementation == 'PyPy'", mac)).toBe(true);
    expect(holds("implementation_version == '7.3'", mac)).toBe(undefined);
  });
});
