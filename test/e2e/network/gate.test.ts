import { describe, expect, it } from "vitest";
import { quickPython } from "../../support/pythons/quick-python.ts";
import { bad, good, installed, onlyBy, repo } from "../../support/repos.ts";
import type { RunOptions, Sandbox } from "../../support/sandbox.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";

async function index(): Promise<PackageIndex> {
  const one = await packageIndex();
  one.publish("one", "1.0");
  return one;
}

/** By this index alone, whatever it is called, and whichever tool asks it. */
function by(box: Sandbox, one: PackageIndex, url = one.url): RunOptions {
  return onlyBy(box, one, { UV_DEFAULT_INDEX: url, PIP_INDEX_URL: url, PIP_NO_CACHE_DIR: "1" });
}

describe.each(["venv_uv", "venv_pip"])("by %s", (driver) => {
  const under = (policy: string) =>
    repo(
      { "prime.toml": `venv_driver = "${driver}"\n[upgrade]\n${policy}`, "requirements.txt": "one\n" },
      { python: quickPython() },
    );

  it("an index that the policy allows is reached through the gate", async () => {
    const [box, one] = [under('allowed_hosts = ["127.0.0.1"]\nallowed_networks = ["127.0.0.0/8"]\n'), await index()];
    await good(box, [], by(box, one));
    expect(installed(box)).toMatchObject({ one: "1.0" });
    expect(one.asked.some((url) => url.includes("/files/one"))).toBe(true);
  });

  it.each([
    ["allowed_hosts", 'allowed_hosts = ["index.example"]\n', "127.0.0.1 is not among allowed_hosts (index.example)"],
    ["allowed_networks", 'allowed_networks = ["10.0.0.0/8"]\n', "127.0.0.1 is not in allowed_networks (10.0.0.0/8)"],
  ])("one that %s does not allow is not asked, and the rule is named", async (_, policy, says) => {
    const [box, one] = [under(policy), await index()];
    expect(await bad(box, [], by(box, one))).toContain(says);
    expect(one.asked).toEqual([]);
  });

  it("a name is judged by where it leads", async () => {
    const [box, one] = [under('allowed_hosts = ["localhost"]\nallowed_networks = ["10.0.0.0/8"]\n'), await index()];
    const said = await bad(box, [], by(box, one, one.url.replace("127.0.0.1", "localhost")));
    expect(said).toMatch(/localhost leads to (?:127\.0\.0\.1|::1), which is not in allowed_networks/);
    expect(one.asked).toEqual([]);
  });
});
