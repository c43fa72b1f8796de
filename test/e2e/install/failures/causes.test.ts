import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf } from "../../../support/failures.ts";
import { APP, alpha, failing } from "../../../support/hints.ts";
import { quickPython } from "../../../support/pythons/quick-python.ts";
import { edit, good, installed, repo } from "../../../support/repos.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

describe("the hint of a failure names its cause, and cures it: what uv is told", () => {
  it("a `required-version` that prime's uv does not meet", async () => {
    const index = await alpha();
    const text = `${APP}dependencies = ["alpha"]\n[tool.uv]\nrequired-version = ">=99"\n`;
    const box = repo({ "pyproject.toml": text });
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    const { first, next } = await failing(box, [], options);
    expect(first).toContain(`\`required-version\` in ${box.path("pyproject.toml")} asks for uv >=99, and prime's is`);
    expect(next).toMatch(/^widen `required-version` there, or name another uv by the key `uv`/);
    expect(next).not.toContain("self update");
    edit(box, "pyproject.toml", text.replace(">=99", ">=0.5"));
    await good(box, [], options);
  });

  it("a package for a later Python: the one that it is for, for one start and for good", async () => {
    const index = await packageIndex();
    index.publish("late", "1.0", [], ">=3.98");
    index.publish("late", "2.0", [], ">=3.99");
    const box = repo({ "requirements.txt": "late\n" });
    const { first, next } = await failing(box, [], { env: { UV_DEFAULT_INDEX: index.url } });
    expect(first).toContain("some package is not for this Python");
    expect(next).toMatch(/^for one start, \.\/prime --python 3\.98 run …; else require a Python that it is for/);
  });

  it("a build that finds its git submodule empty", async () => {
    const build = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
    const own = fs.readFileSync(path.join(import.meta.dirname, "../../../fixtures/backend.py"), "utf8");
    const box = repo({
      "pyproject.toml": `${APP.replace("app", "sample")}\n${build}`,
      "backend.py": `open("vendor/parser/parser.h").close()\n${own}`,
      ".gitmodules": '[submodule "parser"]\n\tpath = vendor/parser\n\turl = ../parser.git\n',
    });
    const { first, next } = await failing(box);
    expect(first).toContain("git has not checked out what the build needs (vendor/parser)");
    expect(next).toMatch(/^`git submodule update --init --recursive`, then start again/);
    box.file("vendor/parser/parser.h", "");
    await good(box);
  });

  it("a required folder that is a git submodule, and empty", async () => {
    const modules = '[submodule "lib"]\n\tpath = libs/lib\n\turl = ../lib.git\n';
    const box = repo({ "requirements.txt": "-e ./libs/lib\n", ".gitmodules": modules });
    fs.mkdirSync(box.path("libs/lib"), { recursive: true });
    const { first, next } = await failing(box);
    expect(first).toContain("git has not checked out what the build needs (libs/lib)");
    expect(next).toMatch(/^`git submodule update --init --recursive`, then start again/);
  });

  it("a lock of a newer schema", async () => {
    const index = await alpha();
    const box = repo({ "pyproject.toml": `${APP}dependencies = ["alpha"]\n` });
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    await good(box, ["uv", "lock"], options);
    edit(box, "uv.lock", fs.readFileSync(box.path("uv.lock"), "utf8").replace(/^version = 1$/m, "version = 2"));
    const { first, next } = await failing(box, [], options);
    expect(first).toContain(`a newer uv wrote ${box.path("uv.lock")} (schema v2; prime's uv reads v1)`);
    expect(next).toContain("remove the file and have it made anew, with other versions: `./prime uv lock`");
    fs.rmSync(box.path("uv.lock"));
    await good(box, ["uv", "lock"], options);
    expect(installed(box)).toMatchObject({ alpha: "1.0" });
  });

  it("a lock that does not fit, in CI: why it is left, what it would become, and the command", async () => {
    const index = await alpha();
    index.publish("beta", "1.0");
    const text = (names: string) => `${APP}dependencies = [${names}]\n`;
    const box = repo({ "pyproject.toml": text('"alpha"') });
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    await good(box, ["uv", "lock"], options);
    edit(box, "pyproject.toml", text('"alpha", "beta"'));
    const inCi = { env: { ...options.env, CI: "true" } };
    const { first, next } = await failing(box, [], inCi);
    expect(first).toContain("(it would add beta v1.0), and is left as it is, because CI is set");
    expect(next).toMatch(/^run `\.\/prime uv lock` where the lock may be written, and commit it/);
    edit(box, "prime.toml", 'lock = "check"\n');
    expect((await failing(box, [], options)).first).toContain(`because \`lock\` is "check" (${box.path("prime.toml")}`);
    fs.rmSync(box.path("prime.toml"));
    await good(box, ["uv", "lock"], options);
    await good(box, [], inCi);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0" });
  });

  const variables = [
    ["UV_HTTP_TIMEOUT", "soon"],
    ["UV_LINK_MODE", "telepathy"],
    ["UV_EXCLUDE_NEWER", "the day after"],
    ["UV_CONFIG_FILE", "/nowhere/uv.toml"],
    ["UV_CONCURRENT_DOWNLOADS", "0"],
  ] as const;
  it.for(variables)("the variable %s=%s, which uv rejects", async ([name, value]) => {
    const index = await alpha();
    const box = repo({ "requirements.txt": "alpha\n" });
    const env = { UV_DEFAULT_INDEX: index.url };
    const { first, next } = await failing(box, [], { env: { ...env, [name]: value } });
    expect(first).toContain(`uv does not take the variable ${name}=${value}: `);
    expect(next).toMatch(new RegExp(`^correct ${name}, or unset it;`));
    await good(box, [], { env });
  });

  it("to stay offline", async () => {
    const index = await alpha();
    const box = repo({ "requirements.txt": "alpha\n" });
    const env = { UV_DEFAULT_INDEX: index.url, UV_CACHE_DIR: path.join(box.base, "uv-cache") };
    const { first, next } = await failing(box, [], { env: { ...env, UV_OFFLINE: "1" } });
    expect(first).toContain("uv is told to stay offline");
    expect(next).toMatch(/^unset UV_OFFLINE/);
    await good(box, [], { env });
  });
});

describe("the hint of a failure names its cause, and cures it: where packages come from", () => {
  it("an index that wants a password: the variable of its name, and ~/.netrc", async () => {
    const index = await packageIndex({ user: "ann:secret" });
    index.publish("alpha", "1.0");
    const table = `[[tool.uv.index]]\nname = "our-own"\nurl = "${index.url}"\ndefault = true\n`;
    const box = repo({ "pyproject.toml": `${APP}dependencies = ["alpha"]\n${table}` });
    const { first, next } = await failing(box);
    expect(first).toContain(`${index.url} wants a valid user name and password`);
    expect(next).toContain("set UV_INDEX_OUR_OWN_USERNAME and UV_INDEX_OUR_OWN_PASSWORD, or write");
    await good(box, [], { env: { UV_INDEX_OUR_OWN_USERNAME: "ann", UV_INDEX_OUR_OWN_PASSWORD: "secret" } });

    const line = /`(machine [^`]+)` into ~\/\.netrc/.exec(next)?.[1] ?? "";
    const other = repo({ "requirements.txt": "alpha\n" });
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    expect((await failing(other, [], options)).next).toContain(
      "into ~/.netrc, or put USER:PASSWORD@ before the host in UV_DEFAULT_INDEX",
    );
    const netrc = line.replace("USER", "ann").replace("PASSWORD", "secret");
    fs.writeFileSync(path.join(other.home, ".netrc"), `${netrc}\n`, { mode: 0o600 });
    await good(other, [], options);
    const third = repo({ "requirements.txt": "alpha\n" });
    await good(third, [], { env: { UV_DEFAULT_INDEX: index.urlFor("ann:secret") } });
  });

  it("a server that does not answer, or that nobody knows: before any word of requirements", async () => {
    const index = await alpha();
    const gone = await alpha();
    const nobody = gone.url;
    gone.stop();
    const box = repo({ "requirements.txt": "alpha\n" });
    const env = { UV_CACHE_DIR: path.join(box.base, "uv-cache"), UV_HTTP_RETRIES: "0" };
    const dead = await failing(box, [], { env: { ...env, UV_DEFAULT_INDEX: nobody } });
    expect(dead.first).toContain(`${new URL(nobody).host} does not answer`);
    expect(dead.next).toMatch(/^check the network, and the index and the proxy that are set \(UV_DEFAULT_INDEX/);
    const unknown = "http://no-such-host.invalid/simple";
    const lost = await failing(box, [], { env: { ...env, UV_DEFAULT_INDEX: unknown } });
    expect(lost.first).toContain("no network, or no server of that name: no-such-host.invalid");
    await good(box, [], { env: { ...env, UV_DEFAULT_INDEX: index.url } });
  });
});

describe("the hint of a failure names its cause, and cures it: what is asked for", () => {
  it("a misspelled name, with the line that it stands in and the one that was meant", async () => {
    const index = await packageIndex();
    index.publish("requests", "2.0");
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    const box = repo({ "requirements.txt": "# what we need\nreqeusts\n" });
    const { first, next } = await failing(box, [], options);
    expect(first).toContain("the index has no package reqeusts");
    expect(next).toContain("correct the name in requirements.txt:2, or");
    expect(next).toContain("did you mean `requests`?");
    edit(box, "requirements.txt", "requests\n");
    await good(box, [], options);

    const project = repo({ "pyproject.toml": `${APP}dependencies = [\n  "sklearn",\n]\n`, "uv.lock": "version = 1\n" });
    expect((await failing(project, [], options)).first).toContain("uv.lock is not as uv writes it");
    edit(project, "uv.lock", 'version = 1\nrequires-python = ">=3.8"\n');
    const locked = await failing(project, [], options);
    expect(locked.next).toContain("correct the name in pyproject.toml:6, or");
    expect(locked.next).toContain("did you mean `scikit-learn`?");
  });

  it("never a name that is not well-known", async () => {
    const index = await packageIndex();
    index.publish("alpha", "1.0");
    const box = repo({ "requirements.txt": "alphaa\n" });
    const { next } = await failing(box, [], { env: { UV_DEFAULT_INDEX: index.url } });
    expect(next).not.toContain("did you mean");
  });

  it("requirements that contradict each other, and a version that there is not", async () => {
    const index = await alpha();
    index.publish("alpha", "2.0");
    index.publish("beta", "1.0", ["alpha<2"]);
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    const box = repo({ "requirements.txt": "beta\nalpha>=2\n" });
    const { first, next } = await failing(box, [], options);
    expect(first).toContain("the requirements contradict each other");
    expect(next).toMatch(/^change one of the requirements named above, in requirements\.txt/);
    edit(box, "requirements.txt", "beta\nalpha<9\n");
    await good(box, [], options);
    edit(box, "requirements.txt", "beta\nalpha==7\n");
    const absent = await failing(box, [], options);
    expect(absent.first).toContain("no version of alpha that can be had fits");
    expect(absent.next).toMatch(/^ask for another version of alpha in requirements\.txt:2;/);
  });

  it("under pip, too", async () => {
    const index = await alpha();
    const env = { PIP_INDEX_URL: index.url, PIP_FIND_LINKS: "", PIP_CONFIG_FILE: "/dev/null", PIP_NO_CACHE_DIR: "1" };
    const files = { "requirements.txt": "alpha==7\n", "prime.toml": 'venv_driver = "venv_pip"\n' };
    const box = repo(files, { python: quickPython() });
    const { first, next } = await failing(box, [], { env });
    expect(first).toContain("no version of alpha that can be had fits");
    expect(next).toMatch(/^ask for another version of alpha in requirements\.txt:1;/);
    edit(box, "requirements.txt", "alpha\nreqeusts\n");
    const misspelled = await failing(box, [], { env });
    expect(misspelled.next).toContain("correct the name in requirements.txt:2");
    expect(misspelled.next).toContain("did you mean `requests`?");
    edit(box, "requirements.txt", "alpha\n");
    await good(box, [], { env });
  });
});

describe("the hint of a failure names its cause, and cures it: what is built", () => {
  const BACKEND = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n';
  const IMPORTS = "import ours\nfrom setuptools import setup\nsetup(name='lib', version='1', py_modules=[])\n";

  it("a build of the repo's own that imports what it does not declare", async () => {
    const index = await packageIndex();
    index.publish("ours", "1.0");
    const options = { env: { UV_INDEX: index.url } };
    const box = repo({ "pyproject.toml": BACKEND, "setup.py": IMPORTS });
    const { first, next } = await failing(box, [], options);
    expect(first).toContain("imports ours, and does not declare it");
    expect(next).toMatch(/^add "ours" to `requires` below \[build-system\]/);
    expect(next).not.toContain("uv pip install");
    edit(box, "pyproject.toml", BACKEND.replace('"setuptools"]', '"setuptools", "ours"]'));
    await good(box, [], options);
  });

  it("a build of another's: what the repo says to uv", async () => {
    const index = await packageIndex();
    index.publish("ours", "1.0");
    index.publishSource("lib", "1", {
      "setup.py": IMPORTS,
      "PKG-INFO": "Metadata-Version: 2.1\nName: lib\nVersion: 1\n",
    });
    const options = { env: { UV_INDEX: index.url } };
    const box = repo({ "requirements.txt": "lib\n" });
    const { first, next } = await failing(box, [], options);
    expect(first).toContain("the build of lib imports ours, and does not declare it");
    expect(next).toMatch(/^write `lib = \["ours"\]` below \[extra-build-dependencies\] of a uv\.toml/);
    box.file("uv.toml", '[extra-build-dependencies]\nlib = ["ours"]\n');
    await good(box, [], options);
    expect(installed(box)).toEqual({ lib: "1" });
  });

  const EXTENSION =
    "from setuptools import setup, Extension\nsetup(name='ext', version='1', ext_modules=[Extension('ext', ['ext.c'])])\n";

  it("a header, a library and a compiler that the machine lacks: their packages", async () => {
    const box = repo({
      "setup.py": EXTENSION,
      "ext.c": "#include <lber-none.h>\n#include <librdkafka/rdkafka-none.h>\n",
    });
    expect((await failing(box)).first).toContain("a build needs the header lber-none.h, which this machine lacks");
    edit(box, "ext.c", "#include <librdkafka/none.h>\n");
    const { next } = await failing(box);
    expect(next).toMatch(
      /^install it, and start again \(Debian, Ubuntu: `apt-get install librdkafka-dev`, Fedora: `dnf install librdkafka-devel`, Homebrew: `brew install librdkafka`\)/,
    );
    const asks = "import subprocess; subprocess.run('pkg-config --exists mysqlclient', shell=True, check=True)\n";
    edit(box, "setup.py", `${asks}${EXTENSION}`);
    const path = folderOf(box, "bin", { "pkg-config": "/bin/false" });
    const lacking = await failing(box, [], { env: { PATH: `${path}:${box.env.PATH}` } });
    expect(lacking.first).toContain("a build needs the library mysqlclient, which this machine lacks");
    expect(lacking.next).toContain("apt-get install");
    edit(box, "setup.py", EXTENSION);
    edit(box, "ext.c", "int one;\n");
    const nobody = await failing(box, [], { env: { CC: "/nowhere/gcc" } });
    expect(nobody.first).toContain("CC names the compiler /nowhere/gcc, which is not there");
    expect(nobody.next).toMatch(/^correct CC, or unset it;/);
  });
});
