import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { onTestFinished } from "vitest";
import { SlowRepo } from "../../support/checkouts/slow-repo.ts";
import { good, repo } from "../../support/repos.ts";
import type { Ended, Sandbox } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

/** A set-up that is wrong, and what somebody types in it. */
export interface Setup {
  readonly what: string;
  /** As it is typed, where prime stands in the repo's root. */
  readonly typed: string;
  /** Undefined: this machine can't be set up so. */
  start(): Promise<(Ended & { readonly box: Sandbox }) | undefined>;
  /** What the message has to name: the cause, and what cures it. */
  readonly says: readonly RegExp[];
}

const SHOP = '[project]\nname = "shop"\nversion = "1"\n';
const NO_CACHE = (box: Sandbox) => ({ UV_CACHE_DIR: box.path(".uv-cache"), UV_HTTP_RETRIES: "0" });

function setup(
  what: string,
  typed: string,
  files: Readonly<Record<string, string>>,
  says: readonly RegExp[],
  more: {
    readonly env?: (box: Sandbox) => NodeJS.ProcessEnv;
    readonly before?: (box: Sandbox) => Promise<unknown> | unknown;
    readonly cwd?: string;
  } = {},
): Setup {
  return {
    what,
    typed,
    says,
    start: async () => {
      const box = repo(files);
      if ((await more.before?.(box)) === false) return undefined;
      const [, ...words] = typed.split(" ");
      const options = { env: more.env?.(box) ?? {}, ...(more.cwd === undefined ? {} : { cwd: box.path(more.cwd) }) };
      return { ...(await box.run(words, options)), box };
    },
  };
}

/** The same with an index on loopback, whose address stands for INDEX in the files. */
function withIndex(
  what: string,
  files: (url: string) => Readonly<Record<string, string>>,
  says: readonly RegExp[],
  publish: (index: Awaited<ReturnType<typeof packageIndex>>) => void,
  options: Parameters<typeof packageIndex>[0] = {},
): Setup {
  return {
    what,
    typed: "./prime run python",
    says,
    start: async () => {
      const index = await packageIndex(options);
      publish(index);
      const box = repo(files(index.url));
      const env = { UV_DEFAULT_INDEX: index.url, ...NO_CACHE(box) };
      return { ...(await box.run(["run", "python"], { env })), box };
    },
  };
}

const MARKERS = "<<<<<<< HEAD\nversion = 1\n=======\nversion = 2\n>>>>>>> theirs\n";

export const SETUPS: readonly Setup[] = [
  setup("a command is misspelled", "./prime stauts", {}, [/unknown command 'stauts'/, /`status`/]),
  setup("a key of prime.toml is misspelled", "./prime run true", { "prime.toml": 'requirments = ["a.txt"]\n' }, [
    /prime\.toml:1: unknown key `requirments`/,
    /did you mean `requirements`/,
  ]),
  setup("a value is none that the key takes", "./prime run true", { "prime.toml": 'lock = "always"\n' }, [
    /`lock` must be "update", "check" or "frozen", found "always"/,
  ]),
  setup(
    "nobody has this Python",
    "./prime run true",
    { "prime.toml": 'required_python_version = "3.99"\n' },
    [/3\.99/],
    { env: (box) => ({ ...NO_CACHE(box), UV_PYTHON_DOWNLOADS: "never" }) },
  ),
  setup("there is no network", "./prime run true", { "requirements.txt": "six\n" }, [/network|connect/i], {
    env: (box) => ({ ...NO_CACHE(box), UV_DEFAULT_INDEX: "http://127.0.0.1:9/simple" }),
  }),
  withIndex(
    "the index wants a password",
    () => ({ "requirements.txt": "aaa\n" }),
    [/password|credentials/i, /netrc/],
    (index) => index.publish("aaa", "1"),
    { user: "me:secret" },
  ),
  withIndex(
    "a package is misspelled",
    () => ({ "requirements.txt": "aab\n" }),
    [/aab/],
    (index) => index.publish("aaa", "1"),
  ),
  withIndex(
    "two requirements contradict each other",
    () => ({ "requirements.txt": "aaa==1\nbbb\n" }),
    [/aaa/, /bbb/],
    (index) => {
      index.publish("aaa", "1");
      index.publish("bbb", "1", ["aaa==2"]);
    },
  ),
  setup(
    "a C extension lacks a header",
    "./prime run true",
    {
      "setup.py":
        'from setuptools import Extension, setup\nsetup(name="shop", version="1", ext_modules=[Extension("shop", ["shop.c"])])\n',
      "shop.c": "#include <nowhere.h>\n",
    },
    [/nowhere\.h/],
  ),
  setup("the disk is full", "./prime run true", { "requirements.txt": "six\n" }, [/no space|disk/i], {
    before: (box) => {
      fs.mkdirSync(box.path(".prime"));
      const mounted =
        spawnSync("mount", ["-t", "tmpfs", "-o", "size=100k,mode=755", "none", box.path(".prime")]).status === 0;
      if (mounted) onTestFinished(() => void spawnSync("umount", [box.path(".prime")]));
      return mounted;
    },
  }),
  setup("a file stands in the place of .venv", "./prime run true", { ".venv": "" }, [/\.venv/, /file/]),
  setup("a file is not executable", "./prime run ./tool.sh", { "tool.sh": "#!/bin/sh\n" }, [
    /\.\/tool\.sh: it is not executable/,
    /chmod \+x/,
  ]),
  setup(
    "a path is looked for from the current folder",
    "../prime run ./tool.sh",
    { "tool.sh": "#!/bin/sh\n", "sub/x": "" },
    [/sub\/tool\.sh/],
    {
      cwd: "sub",
    },
  ),
  setup(
    "a script is a link to nowhere",
    "./prime ./tool.py",
    {},
    [/tool\.py: it is a link that leads nowhere: gone\.py/],
    {
      before: (box) => fs.symlinkSync("gone.py", box.path("tool.py")),
    },
  ),
  {
    what: "another prime is at work, and is stopped",
    typed: "./prime run true",
    says: [/waiting for process \d+/, /shows no sign of life: building without waiting for it/],
    start: async () => {
      const slow = new SlowRepo({ "prime.toml": "lock_patience_s = 1\n" });
      const { kill } = slow.hold({ host: "elsewhere" });
      kill();
      return { ...(await slow.box.run(["run", "true"])), box: slow.box };
    },
  },
  {
    what: "a build is ended by Ctrl-C",
    typed: "./prime run true",
    says: [/^prime: stopped; .*start again to go on$/m],
    start: async () => {
      const slow = new SlowRepo();
      const first = await slow.startSlow();
      process.kill(-(first.child.pid as number), "SIGINT");
      const ended = await first.ended;
      await first.letGo();
      return { ...ended, box: slow.box };
    },
  },
  setup("uv.lock has merge markers", "./prime run true", { "pyproject.toml": SHOP, "uv.lock": MARKERS }, [
    /merge/,
    /git/,
  ]),
  setup("the lock does not fit, in CI", "./prime run true", { "pyproject.toml": SHOP }, [/CI is set/, /uv lock/], {
    env: () => ({ CI: "true" }),
    before: async (box) => {
      await good(box, ["uv", "lock"]);
      box.file("pyproject.toml", `${SHOP}dependencies = ["six"]\n`);
    },
  }),
  setup("pyproject.toml is broken", "./prime run true", { "pyproject.toml": "[project\nname = 1\n" }, [
    /pyproject\.toml:1/,
  ]),
  setup(
    "a group is not there",
    "./prime --group dcos run true",
    { "pyproject.toml": `${SHOP}[dependency-groups]\ndocs = []\n` },
    [/dcos/, /docs/],
  ),
];
