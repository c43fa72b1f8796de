import { expect, it } from "vitest";
import { causeOf } from "../../../src/causes/find-cause.ts";
import type { Project } from "../../../src/project/project.ts";

const scene = { root: "/repo", env: {}, project: undefined };
const of = (words: string) => causeOf(words, scene);

/** What uv, pip, git, linkers and build backends print, and what of it tells the cause. */
const WORDS = [
  [
    "error: Failed to build `zappa @ file:///repo`\n  RuntimeError: This version of Python (3.11) is not supported!",
    /^some package is not for this Python$/,
  ],
  ["RuntimeError: Unsupported Python version 3.11", /not for this Python$/],
  [
    "error: Failed to build `troposphere==2.7.1`\n  error in troposphere setup command: use_2to3 is invalid.",
    /^the build of troposphere wants setuptools before 58$/,
  ],
  [
    "cause: invalid peer certificate: UnknownIssuer\n for url (https://index.test/simple/six/)",
    /index\.test .*nobody whom/,
  ],
  [
    "invalid peer certificate: certificate expired: verification time 2148595200 (UNIX), but certificate is not valid after 1859040391",
    /^the certificate of the index is not valid now$/,
  ],
  [
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1000)",
    /valid now$/,
  ],
  ["[SSL: CERTIFICATE_VERIFY_FAILED] Hostname mismatch, certificate is not valid for 'a.test'.", /for another host$/],
  ['invalid peer certificate: certificate not valid for name "a.test"; certificate is only valid for', /another host$/],
  [
    "error: Failed to build `app @ file:///repo`\n  urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>",
    /^no network, or no server of that name: one that a build asks$/,
  ],
  ["error: <urlopen error [Errno -2] Name or service not known>", /no server of that name: the index$/],
  [
    "error: Failed to build `app @ file:///repo`\n  [6] Could not resolve hostname (Could not resolve host: crates.test)",
    /no server of that name: crates\.test$/,
  ],
  [
    "cause: Git operation failed\n fatal: unable to access 'https://git.test/x/': Could not resolve host: git.test",
    /no server of that name: git\.test$/,
  ],
  [
    "cause: Because pandas==0.18.1 has invalid metadata and you require pandas==0.18.1, we can conclude that your requirements are unsatisfiable.",
    /^no version of pandas that can be had fits/,
  ],
  [
    "OSError: Tunnel connection failed: 407 Proxy Authentication Required",
    /^the proxy wants a valid user name and password$/,
  ],
  [
    "error: HTTP status client error (403 Forbidden) for url (https://u:p@index.test/a.whl)",
    /^https:\/\/index\.test\/a\.whl wants/,
  ],
  [
    "cause: HTTP status client error (404 Not Found) for url (https://index.test/a.whl)",
    /^nothing is at https:\/\/index\.test\/a\.whl$/,
  ],
  [
    "cause: HTTP status server error (502 Bad Gateway) for url (https://index.test/simple/six/)",
    /^index\.test failed itself/,
  ],
  [
    "fatal: could not read Username for 'https://git.test': terminal prompts disabled",
    /^git was not let in by https:\/\/git\.test$/,
  ],
  ["cause: Git operation failed\n cause: failed to fetch branch or tag `v9`", /^git could not fetch a package$/],
  [
    "cause: Git executable not found. Ensure that Git is installed and available.",
    /^git, by which .*, is not on PATH$/,
  ],
  [
    "ImportError: /cache/x.so: failed to map segment from shared object",
    /^\/cache\/x\.so can.t be loaded: that file system is mounted/,
  ],
  ["error: Hash mismatch for `six==1.16.0`", /^six==1\.16\.0 has other bytes/],
  [
    "error: Unsupported editable requirement in `requirements.txt` at line 4: `git+https://git.test/x.git#egg=x`",
    /^uv installs editable what is in a folder alone, not what requirements\.txt names in line 4$/,
  ],
  [
    'cause: TOML parse error at line 2, column 8\n 2 | name = ""\n Not a valid package or extra name: "".',
    /^uv can't read a pyproject\.toml$/,
  ],
  ["/usr/bin/ld: cannot find -lpq: No such file or directory", /needs the library pq,/],
  ["x.c:1:10: fatal error: 'ffi.h' file not found", /needs the header ffi\.h,/],
  ["error: can't find Rust compiler", /needs the Rust compiler,/],
  [
    "Rust not found, installing into a temporary directory\n in setup_rust\nhttpcore.ConnectError: [Errno -2] Name or service not known",
    /needs the Rust compiler,/,
  ],
  ["error: rustup could not choose a version of cargo to run, because", /needs the Rust compiler,/],
  ["error: Failed to build `app @ file:///repo`\n  FileNotFoundError: x", /^the build of app fails$/],
  ["error: The build backend returned an error\n  x", /^the build of a package fails$/],
  ["SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", /^a build runs code for Python 2$/],
  ["ERROR: Failed to build 'app' when getting requirements to build wheel", /^the build of app fails$/],
  [
    "cause: Because all versions of a have no wheels with a matching Python implementation tag",
    /^some package has no file/,
  ],
  ["error: Failed to parse: pyproject.toml\n  cause: TOML parse error", /^uv can't read pyproject\.toml$/],
  [
    "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
    /needs the compiler x86_64-linux-gnu-gcc,/,
  ],
  ["../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]", /needs a C compiler,/],
  ["Error: pg_config executable not found.", /needs the program pg_config,/],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'cmake'", /needs the program cmake,/],
  ["Problem with the CMake installation, aborting build. CMake executable is cmake", /needs the program cmake,/],
  ["CMakeNotFoundError: Could not find CMake with version >=3.15", /needs the program cmake,/],
  ["NinjaNotFoundError: Ninja or make is required to build", /needs the program ninja,/],
  [
    "error: Project `x` has malformed dependency groups\n  cause: Detected a cycle in `dependency-groups`: `a` -> `b` -> `a`",
    /^the groups include each other: `a` -> `b` -> `a`$/,
  ],
  [
    "error: Failed to read `six @ file:///a.whl`\n cause: Encountered an unexpected header (actual: 0x73726576, expected: 0x4034b50).",
    /^the file of six @ file:\/\/\/a\.whl is a pointer of Git LFS$/,
  ],
  ["error: The target environment is not supported by the lockfile", /^`environments` of pylock\.toml names none/],
  ["Package cairo was not found in the pkg-config search path.", /needs the library cairo,/],
  [
    "Failed to build `old==1`\nModuleNotFoundError: No module named 'imp'",
    /build of old wants imp of a Python before 3\.12/,
  ],
  [
    "Failed to build `typed-ast==1.4.1`\ncompile.h:5:10: fatal error: code.h: No such file or directory",
    /^the build of typed-ast wants code\.h of a Python before 3\.11$/,
  ],
  [
    "Failed to build `psycopg2==2.7.3`\nm.c:9:24: error: lvalue required as left operand of assignment\n 9 |  Py_TYPE(&xidType) = &PyType_Type;",
    /^the build of psycopg2 wants Py_TYPE of a Python before 3\.11$/,
  ],
  [
    "Failed to build `old==1`\nx.c:1:2: error: ‘PyTypeObject’ {aka ‘struct _typeobject’} has no member named ‘tp_print’",
    /wants tp_print of a Python before 3\.9$/,
  ],
  [
    "Failed to build `old==1`\nx.c:1:2: error: invalid use of incomplete typedef ‘PyFrameObject’ {aka ‘struct _frame’}",
    /wants f_code of a Python before 3\.11$/,
  ],
  ["Failed to build `old==1`\nx.c:1:2: error: ‘struct a’ has no member named ‘b’", /^the build of old fails$/],
  [
    "Failed to build `shapely`\nCould not find geos-config executable. Either\nx.h:5:10: fatal error: numpy/arrayobject.h: No such file",
    /^a build needs the program geos-config,/,
  ],
  [
    "Failed to build `app @ file:///repo`\nAttributeError: module 'poetry.masonry.api' has no attribute 'build_editable'",
    /^the build of app is by poetry\.masonry\.api, which can't install it editable$/,
  ],
  [
    "Failed to build `old==1`\nqhull_wrap.c:9:10: fatal error: numpy/noprefix.h: No such file\nCommand '['cc', '-I/x/numpy/_core/include']'",
    /^the build of old wants numpy\/noprefix\.h, which its numpy has no more$/,
  ],
  [
    "Failed to build `old==1`\nx.c:9:10: fatal error: numpy/arrayobject.h: No such file or directory",
    /^the build of old imports numpy, and does not declare it$/,
  ],
  ["error: No download found for request: cpython-3.99-linux-x86_64-gnu", /^nobody offers Python 3\.99/],
  ['Python downloads are not allowed (`python-downloads = "never"`). Change', /^uv may get no Python/],
] as const;

it.for(WORDS)("%s", ([words, why]) => {
  expect(of(words)?.why).toMatch(why);
  expect(of(words)?.next).not.toBe("");
});

it("finds nothing in words that tell none", () => {
  expect(of("error: the flux capacitor is empty")).toBeUndefined();
  expect(of("error: invalid value 'abc' for '--link-mode <LINK_MODE>'")).toBeUndefined();
});

it("tells what pip freeze wrote of another machine, and how to be rid of it", () => {
  const lines = [
    { value: "attrs==21.0.0", file: "/repo/requirements/all.txt" },
    { value: "six @ file:///tmp/build/80754af9/six_1/work", file: "/repo/requirements/all.txt" },
  ];
  const project = { requirementLines: lines, omissions: [] } as unknown as Project;
  const words = "error: Distribution not found at: file:///tmp/build/80754af9/six_1/work\n";
  expect(causeOf(words, { ...scene, project })).toEqual({
    why: "what requirements/all.txt names is not on this machine",
    next: "write versions in its place, as `pip list --format=freeze` does, or none: `sed -i 's| @ file:.*||' requirements/all.txt`",
  });
  expect(of(words)).toBeUndefined();
});

it("names the newest Python for which there are wheels", () => {
  const words = (hint: string) =>
    `error: Distribution \`torch==2.2.2 @ registry+x\` can't be installed because it doesn't have a source distribution or wheel for the current platform\n\nhint: ${hint}`;
  const tags =
    "You're using CPython 3.13 (`cp313`), but `torch` (v2.2.2) only has wheels with the following Python ABI tag";
  expect(of(words(`${tags}s: \`cp39\`, \`cp310\`, \`cp312\``))).toEqual({
    why: "some package has no file for this Python on this machine",
    next: expect.stringMatching(
      /^for one start, \.\/prime --python 3\.12 run …; else require a Python that it has files for/,
    ),
  });
  expect(of(words(`${tags}: \`cp310\``))?.next).toContain("--python 3.10 run");
  expect(of(words("the following platforms: `win_amd64`"))?.next).toMatch(/^require a Python/);
});

it("takes another's package whose build fails for one that may be had without", () => {
  const project = { localNames: ["My_App"], omissions: [] } as unknown as Project;
  const next = (name: string) => causeOf(`Failed to build \`${name}==1\`\nboom`, { ...scene, project })?.next;
  expect(next("typed-ast")).toMatch(/; or take a version of it or a Python that has a wheel$/);
  expect(next("my-app")).toBe("correct what the output above names");
});

it("names the Python that another tool is told of where a build of another's package fails", () => {
  const pin = "runtime.txt names Python 3.6.9, which is not read: a .python-version would be";
  const project = { localNames: ["app"], omissions: [`${pin}.`] } as unknown as Project;
  const next = (words: string) => causeOf(words, { ...scene, project })?.next;
  expect(next("Failed to build `old==1`\nboom")?.endsWith(`; ${pin}`)).toBe(true);
  expect(next("Failed to build `old==1`\nModuleNotFoundError: No module named 'imp'")?.endsWith(`; ${pin}`)).toBe(true);
  expect(next("Failed to build `app`\nboom")).not.toContain(pin);
});

it("asks for an old setuptools only where nothing has to be installed editable", () => {
  const next = (installsRoot: boolean) =>
    causeOf("error in old setup command: use_2to3 is invalid.", {
      ...scene,
      project: { uvSettings: {}, inputs: [], installsRoot } as unknown as Project,
    })?.next;
  expect(next(false)).toMatch(/^write `build-constraint-dependencies = \["setuptools<58"\]` into a uv\.toml, or take/);
  expect(next(true)).toBe("take a newer version of that package");
});

it("asks for a setuptools that has all of distutils", () => {
  expect(of("Failed to build `old==1`\nModuleNotFoundError: No module named 'distutils.msvccompiler'")?.next).toContain(
    'add "setuptools<74" to `requires`',
  );
});

it("names for a part the packages of three package managers", () => {
  expect(of("x.c:1:10: fatal error: Python.h: No such file or directory")?.next).toBe(
    "install it, and start again (Debian, Ubuntu: `apt-get install python3-dev`, Fedora: `dnf install python3-devel`, Homebrew: `brew install python`)",
  );
  expect(of("x.c:1:10: fatal error: nobody_knows.h: No such file")?.next).toBe(
    "install the system package that has nobody_knows.h",
  );
});

it("of an interpreter that was to be fetched tells the mirror and no index", () => {
  const url = "https://pythons.test/cpython-3.10.2.tar.gz";
  const words = (why: string) =>
    `error: Failed to install cpython-3.10.2-linux-x86_64-gnu\n  cause: ${why} for url (${url})`;
  const said = (why: string) => of(words(why))?.next;
  const network =
    "check the network, and the mirror and the proxy that are set (UV_PYTHON_INSTALL_MIRROR, HTTPS_PROXY), then start again";
  expect(said("dns error")).toBe(network);
  expect(said("client error (Connect)")).toBe(network);
  expect(said("HTTP status server error (502 Bad Gateway)")).toBe(
    "wait, and start again; or name another mirror (UV_PYTHON_INSTALL_MIRROR)",
  );
  expect(of("dns error")?.next).toContain(
    "the index and the proxy that are set (UV_DEFAULT_INDEX, UV_INDEX, HTTPS_PROXY)",
  );
});
