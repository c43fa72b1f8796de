import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { quoteForShell } from "../../../src/edges/command.ts";
import { type Activation, activated, activationForSh } from "../../../src/shells/activation.ts";
import { SHELLS } from "../../support/launchers.ts";

const plain: Activation = { generation: "/repo/.prime/generations/1", prompt: "repo", variables: {}, hidden: [] };
const odd: Activation = {
  generation: `/a "repo's" $HOME/\`x\`*?[a]/\n/1`,
  prompt: 'it\'s \\ "odd" $x é\n',
  variables: { EMPTY: "", QUOTED: "'\"'", MORE: "a\n\nb\n", DOLLAR: "$(exit)" },
  hidden: ["HIDDEN"],
};
const bin = `${plain.generation}/bin`;

const CASES: Readonly<Record<string, readonly [Activation, Record<string, string>]>> = {
  "a usual PATH": [plain, { PATH: "/usr/bin:/bin", KEPT: "1" }],
  "PATH not set": [plain, {}],
  "empty elements": [plain, { PATH: ":/usr/bin::/bin:" }],
  "only empty elements": [plain, { PATH: "::" }],
  "an empty PATH": [plain, { PATH: "" }],
  "one empty element": [plain, { PATH: ":" }],
  "itself within": [plain, { PATH: `/usr/bin:${bin}:/bin:${bin}` }],
  "nothing but itself": [plain, { PATH: bin }],
  "itself twice in a row": [plain, { PATH: `${bin}:${bin}:/bin` }],
  "a longer name that begins so": [plain, { PATH: `${bin}x:/x${bin}` }],
  "a foreign environment": [plain, { PATH: "/other/bin:/usr/bin:/other/bin", VIRTUAL_ENV: "/other" }],
  "an empty VIRTUAL_ENV": [plain, { PATH: "/bin:/usr/bin", VIRTUAL_ENV: "" }],
  "a foreign environment with odd characters": [plain, { PATH: "/a*[b] 'c/bin:/axb/bin", VIRTUAL_ENV: "/a*[b] 'c" }],
  "odd characters everywhere": [odd, { HIDDEN: "1", PATH: `/x:${odd.generation}/bin:/y\n:/$z`, VIRTUAL_ENV: "/$z" }],
  "prime's own variables": [plain, { PATH: "/bin", PYTHONHOME: "/usr", PRIME_PROGRESS: "{}", PRIME_HEAD: "1" }],
  "a config that sets PATH": [{ ...plain, variables: { PATH: "/only" } }, { PATH: "/bin" }],
};

/** What shells set of their own accord: zsh LOGNAME, ksh A__z. */
const OWN = new Set(["_", "PWD", "OLDPWD", "SHLVL", "LOGNAME", "A__z"]);

describe.each(Object.keys(SHELLS))("activation in %s is the one in TypeScript", (name) => {
  const shell = SHELLS[name];
  it.skipIf(shell === undefined).each(Object.entries(CASES))("with %s", (_, [activation, more]) => {
    const env: Record<string, string> = { HOME: "/home", ...more };
    const [file, ...words] = shell as [string, ...string[]];
    const print = `exec '${process.execPath}' -e 'console.log(JSON.stringify(process.env))'`;
    // Within the shell, since some set another PATH when they start.
    const path = env.PATH === undefined ? "unset PATH" : `export PATH=${quoteForShell(env.PATH)}`;
    const start = `[ -z "\${ZSH_VERSION-}" ] || emulate sh\n${path}\n`;
    const text = `${start}${activationForSh(activation)}${print}`;
    const given = JSON.parse(
      execFileSync(file, [...words, "-c", text], {
        env,
        encoding: "utf8",
        // On a socket bash would take itself for a remote login and read its .bashrc.
        stdio: ["ignore", "pipe", "inherit"],
      }),
    ) as object;
    const seen = Object.fromEntries(Object.entries(given).filter(([variable]) => !OWN.has(variable)));
    expect(seen).toEqual(activated(activation, env));
  });
});

describe("activated", () => {
  it("puts the environment first, once, and a foreign one away", () => {
    const env = { PATH: `/other/bin:/usr/bin:${bin}`, VIRTUAL_ENV: "/other", PYTHONHOME: "/usr" };
    expect(activated(plain, env)).toEqual({
      PATH: `${bin}:/usr/bin`,
      VIRTUAL_ENV: plain.generation,
      VIRTUAL_ENV_PROMPT: "repo",
    });
  });

  it("is the same when done twice", () => {
    const once = activated(odd, { PATH: "/usr/bin::/bin" });
    expect(activated(odd, once)).toEqual(once);
  });
});
