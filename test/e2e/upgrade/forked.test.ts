import { expect, it } from "vitest";
import { good, installed, repo, uvBeside } from "../../support/repos.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const POLICY = "[upgrade]\nexclude_newer = 7\n";

/** A repo whose lock holds alpha twice: 1.5 for an older Python, 2.0 for the others. Ages in days. */
async function forked(ages: Readonly<Record<string, number>>, policy: string) {
  const index = await packageIndex();
  for (const version of Object.keys(ages)) index.publish("alpha", version);
  for (const [version, age] of Object.entries(ages)) index.date("alpha", version, daysAgo(age));
  const box = repo({
    "pyproject.toml": `[project]
name = "demo"
version = "1"
requires-python = ">=3.8"
dependencies = ["alpha<2; python_version < '3.9'", "alpha>=2; python_version >= '3.9'"]
[[tool.uv.index]]
url = "${index.url}"
default = true
`,
    "prime.toml": policy,
  });
  await uvBeside(box, ["lock", "--quiet"]);
  await good(box);
  return { box, index };
}

const plan = async (box: Awaited<ReturnType<typeof forked>>["box"]) =>
  JSON.parse((await good(box, ["upgrade", "--packages", "--dry-run", "--json"])).stdout);

it("what is too young stays, whichever of a package's versions is", async () => {
  const { box } = await forked({ "1.4": 90, "1.5": 1, "2.0": 3 }, POLICY);
  expect(await plan(box)).toMatchObject({ packages: [] });
});

it("each version of a package is moved off what is excluded, yanked or gone, and it is said", async () => {
  const { box, index } = await forked({ "1.4": 90, "1.5": 80, "2.0": 80, "2.1": 70 }, "");
  const moved = async (from: string, to: string, why: string) =>
    expect(await plan(box)).toMatchObject({ packages: [{ name: "alpha", from, to, why }] });
  for (const [version, to] of [
    ["1.5", "1.4 and 2.1"],
    ["2.1", "1.5 and 2.0"],
  ] as const) {
    box.file("prime.toml", `[upgrade]\nexclude = ["alpha ==${version}"]\n`);
    await moved("1.5 and 2.1", to, `${version} is excluded by upgrade.exclude in prime.toml (alpha ==${version})`);
    box.file("prime.toml", "");
  }
  index.yank("alpha", "1.5", "torn");
  await moved("1.5 and 2.1", "1.4 and 2.1", "1.5 was yanked: torn");
  index.withdraw("alpha", "1.5");
  await moved("1.5 and 2.1", "1.4 and 2.1", "its index no longer has 1.5");
  index.yank("alpha", "2.1", "worn");
  await good(box, ["upgrade"]);
  expect(installed(box)).toMatchObject({ alpha: "2.0" });
  await uvBeside(box, ["lock", "--check"]);
});

it("a newer version for some machines is told as refused, though others have an even newer one", async () => {
  const { box, index } = await forked({ "1.4": 90, "2.0": 80 }, POLICY);
  index.publish("alpha", "1.5");
  index.date("alpha", "1.5", daysAgo(1));
  expect(await plan(box)).toEqual({
    python: { from: expect.any(String), to: expect.any(String) },
    packages: [],
    refused: [{ name: "alpha", version: "1.5", rule: "exclude_newer" }],
  });
});
