import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { listing } from "../../support/listing.ts";
import { good, repo, shown } from "../../support/repos.ts";

const PROJECT = (names: string) =>
  `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = [${names}]\n`;

it("a uv.lock that is a link out of the repo is installed from, and neither brought in step nor upgraded", async () => {
  const box = repo({ "pyproject.toml": PROJECT('"six"') });
  const out = path.join(box.base, "out");
  fs.mkdirSync(out);
  await good(box, ["uv", "lock", "--upgrade-package", "six==1.16.0"]);
  fs.renameSync(box.path("uv.lock"), path.join(out, "uv.lock"));
  fs.symlinkSync("../out/uv.lock", box.path("uv.lock"));
  const before = listing(out);
  await good(box, ["run", "python", "-c", "import six"]);
  expect(failure(await box.run(["upgrade"]), "upgrade-outside")).toContain(`${box.path("uv.lock")} leads out of`);
  box.file("pyproject.toml", PROJECT('"six", "iniconfig"'), { mtime: 1_700_000_100 });
  expect(failure(await box.run(["run", "true"]), "lock-outdated")).toContain("since it is a link out of the repo");
  expect(listing(out)).toEqual(before);
});

it("a link in the place of a file that prime writes stays: what it leads to is written within the repo, and left alone outside", async () => {
  const box = repo({ "requirements.txt": "" });
  const text = (file: string) => fs.readFileSync(file, "utf8");
  fs.mkdirSync(box.path("locks"));
  fs.symlinkSync("locks/of-prime", box.path("prime.lock"));
  await good(box, ["pin", "foo==1.0"]);
  expect(text(box.path("locks/of-prime"))).toContain('name = "foo"');
  await good(box, ["pin", "bar==1.0"]);
  expect(text(box.path("locks/of-prime"))).toContain('name = "bar"');
  for (const name of ["foo", "bar"]) await good(box, ["unpin", name]);
  expect([fs.readdirSync(box.path("locks")), fs.readlinkSync(box.path("prime.lock"))]).toEqual([[], "locks/of-prime"]);

  const out = path.join(box.base, "out");
  fs.mkdirSync(out);
  for (const name of ["prime.lock", ".gitignore", ".gitattributes"]) {
    fs.rmSync(box.path(name), { force: true });
    fs.symlinkSync(path.join(out, name), box.path(name));
  }
  expect(failure(await box.run(["pin", "foo==1.0"]), "file-outside")).toContain(
    `${box.path("prime.lock")}: it leads out of`,
  );
  expect((await good(box, ["init"])).stderr).toMatch(/^todo +\.gitattributes: .*\(by hand: the file leads out of/m);
  expect(fs.readdirSync(out)).toEqual([]);
});

it("init makes nothing by a link to a folder outside, and adds lines to none of a file's names there", async () => {
  const box = repo({ "requirements.txt": "" });
  const out = path.join(box.base, "out");
  fs.mkdirSync(out);
  fs.writeFileSync(path.join(out, "kept"), "keep\n");
  for (const name of [".gitignore", ".gitattributes"]) fs.linkSync(path.join(out, "kept"), box.path(name));
  fs.symlinkSync("../out", box.path(".github"));
  fs.symlinkSync("../out/absent", box.path(".vscode"));
  const before = listing(out);
  const { stderr } = await good(box, ["init", "--with", "github,vscode"]);
  for (const name of [".gitignore", ".gitattributes"]) {
    expect(fs.readFileSync(box.path(name), "utf8")).toMatch(/^keep\n\/\.?\w/);
  }
  for (const name of [".github/workflows/prime.yml", ".vscode/settings.json"]) {
    expect(stderr).toMatch(new RegExp(`^todo +\\${name}: .*by hand: the file leads out of`, "m"));
  }
  expect(listing(out)).toEqual(before);
});

it("a note of an upgrade, as a checkout can bring one, changes and makes nothing outside", async () => {
  const box = repo({ "requirements.txt": "" });
  await good(box);
  const out = path.join(box.base, "out");
  fs.mkdirSync(out);
  fs.writeFileSync(path.join(out, "letter"), "keep\n");
  fs.symlinkSync(out, box.path("way"));
  const before = listing(out);
  const letters = [path.join(out, "letter"), `${box.root}/../out/letter`, box.path("way/letter")];
  const files = [
    ...letters.flatMap((file) => [
      { path: file, before: "keep\n", after: "lost\n" },
      { path: file, before: "lost\n", after: "keep\n" },
    ]),
    ...[path.join(out, "new"), `${box.root}/../out/new`, box.path("way/new")].map((file) => ({
      path: file,
      before: null,
      after: "made\n",
    })),
  ];
  for (const generation of [shown(box), "00000000-00000000"])
    for (const file of files) {
      const note = { generation, from: null, asked: "", candidate: "", why: "", changes: [], at: 1, trial: null };
      const state = { form: 1, holds: {}, changeover: { ...note, files: [file] } };
      fs.writeFileSync(box.path(".prime/state.json"), JSON.stringify(state));
      const { stderr } = await good(box, ["run", "true"]);
      expect([file, stderr]).toEqual([file, expect.stringContaining("leads out of")]);
      expect(listing(out)).toEqual(before);
    }
});
