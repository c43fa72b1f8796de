import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { failure } from "../../../support/failures.ts";
import { quickPython } from "../../../support/pythons/quick-python.ts";
import { good, installed, isWarm, repo, shown } from "../../../support/repos.ts";
import { LONG_AGO, type Sandbox } from "../../../support/sandbox.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

async function indexOf(version: string) {
  const index = await packageIndex();
  index.publish("alpha", version);
  return index;
}

let edits = 0;

function write(file: string, text: string): void {
  const at = Number(LONG_AGO) + ++edits;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  fs.utimesSync(file, at, at);
}

/** The ways in which a user names the default index to uv; each gives the environment that goes with it. */
const WAYS: Readonly<Record<string, (box: Sandbox, url: string) => Record<string, string>>> = {
  "index-url in ~/.config/uv/uv.toml": (box, url) => {
    write(path.join(box.home, ".config/uv/uv.toml"), `index-url = "${url}"\n`);
    return {};
  },
  "[[index]] in XDG_CONFIG_HOME": (box, url) => {
    write(path.join(box.base, "config/uv/uv.toml"), `[[index]]\nurl = "${url}"\ndefault = true\n`);
    return { XDG_CONFIG_HOME: path.join(box.base, "config") };
  },
  UV_CONFIG_FILE: (box, url) => {
    write(path.join(box.base, "own.toml"), `index-url = "${url}"\n`);
    return { UV_CONFIG_FILE: path.join(box.base, "own.toml") };
  },
  UV_DEFAULT_INDEX: (_, url) => ({ UV_DEFAULT_INDEX: url }),
  UV_INDEX_URL: (_, url) => ({ UV_INDEX_URL: url }),
};

const NO_PIP_CONFIG = { PIP_FIND_LINKS: "", PIP_CONFIG_FILE: "/dev/null", PIP_NO_CACHE_DIR: "1" };

describe.each(["venv_uv", "venv_pip"])("the default index that the user names to uv, by %s:", (driver) => {
  it.for(Object.entries(WAYS))("%s counts, and another one makes another environment", async ([, name]) => {
    const [first, second] = [await indexOf("1.0"), await indexOf("2.0")];
    const files = { "requirements.txt": "alpha\n", "prime.toml": `venv_driver = "${driver}"\n` };
    const box = repo(files, { python: quickPython() });
    const withIndex = (url: string) => ({ env: { ...NO_PIP_CONFIG, ...name(box, url) } });
    await good(box, [], withIndex(first.url));
    expect(installed(box)).toMatchObject({ alpha: "1.0" });
    const before = shown(box);
    await good(box, ["run", "true"], withIndex(second.url));
    expect(installed(box)).toMatchObject({ alpha: "2.0" });
    await good(box, ["run", "true"], withIndex(first.url));
    expect([installed(box).alpha, shown(box)]).toEqual(["1.0", before]);
  });
});

it("what was built by a variable's index is used where nobody sets it (cron, the image that it is built for)", async () => {
  const index = await indexOf("1.0");
  const box = repo({ "requirements.txt": "alpha\n" });
  await good(box, [], { env: { UV_DEFAULT_INDEX: index.urlFor("ann:secret") } });
  expect(await isWarm(box)).toBe(true);
  const env = {
    UV_DEFAULT_INDEX: "http://127.0.0.1:9/simple",
    UV_HTTP_RETRIES: "0",
    UV_CACHE_DIR: path.join(box.base, "c"),
  };
  failure(await box.run(["run", "true"], { env }), "resolve-failed");
});

it("an index beside the default one is refused by name where pip would mix them", async () => {
  const index = await indexOf("1.0");
  const box = repo({ "requirements.txt": "alpha\n", "prime.toml": 'venv_driver = "venv_pip"\n' });
  const said = failure(await box.run([], { env: { UV_INDEX: index.url } }), "unknown-to-pip");
  expect(said).toContain("the variable UV_INDEX names another index, and pip can't ask one after the other");
  write(path.join(box.home, ".config/uv/uv.toml"), `[[index]]\nurl = "${index.url}"\n`);
  expect(failure(await box.run([]), "unknown-to-pip")).toContain(path.join(box.home, ".config/uv/uv.toml"));
});
