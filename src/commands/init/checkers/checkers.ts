import * as path from "node:path";
import { isFile, isFolder, listFolder, readText } from "../../../edges/files/read.ts";
import { type Deed, linesOf } from "../deed.ts";
import { planEditorconfig } from "./editorconfig.ts";
import { planLefthook } from "./lefthook.ts";
import { planManifest, planReuse } from "./packaging.ts";
import { planPreCommit, planPrek } from "./pre-commit.ts";
import { planCodespell, planCspell, planTypos } from "./spelling.ts";

const LEFTHOOK = ["lefthook", ".lefthook", ".config/lefthook"].flatMap((name) =>
  ["yml", "yaml", "toml", "json", "jsonc"].map((ending) => `${name}.${ending}`),
);
const TYPOS = ["typos.toml", "_typos.toml", ".typos.toml", "pyproject.toml"];
/** Of these codespell takes a key from the last that has it. */
const CODESPELL = ["pyproject.toml", "setup.cfg", ".codespellrc"];
const CSPELL =
  /^(?:\.?cspell\.json[c5]?|\.?cspell\.config\.(?:jsonc?|json5|ya?ml|toml|[cm]?js|[cm]?ts)|cspell\.ya?ml|\.cspell\.ya?ml)$/i;

/**
 * What the tools that look at committed files are to be told of the launcher, where they are configured: in its folder
 * and at the top of the work tree; `file` is the launcher, both are absolute. It is larger than a hook allows, and its names are no words.
 */
export async function planCheckers(file: string, top: string): Promise<Deed[]> {
  const folder = path.dirname(file);
  const places = top === folder ? [folder] : [folder, top];
  const deeds: Deed[] = [];
  for (const place of places) {
    const launcher = path.relative(place, file);
    const made = new Map<string, string>(); // one file may speak to several tools
    const texts = (name: string) => made.get(name) ?? readFile(path.join(place, name));
    const each = async (
      names: readonly string[],
      plan: (file: string, text: string) => Deed | undefined | Promise<Deed | undefined>,
    ): Promise<void> => {
      for (const name of names) {
        const text = texts(name);
        if (text === undefined) continue;
        const deed: Deed | undefined = text.includes("\uFFFD")
          ? { file: name, verb: "todo", why: "is not UTF-8: exclude the launcher there by hand" }
          : await plan(name, text);
        if (deed?.text !== undefined) made.set(name, deed.verb === "extend" ? text + deed.text : deed.text);
        if (deed !== undefined) deeds.push({ ...deed, file: path.relative(folder, path.join(place, name)) });
      }
    };
    await each(["prek.toml"], (file, text) => planPrek(file, text, launcher));
    await each([".pre-commit-config.yaml", ".pre-commit-config.yml"], (file, text) =>
      planPreCommit(file, text, launcher),
    );
    await each(LEFTHOOK, (file, text) => planLefthook(file, text, launcher));
    await each([".editorconfig"], (file, text) => planEditorconfig(file, text, launcher));
    let isSpelled = false;
    await each(CODESPELL, async (file, text) => {
      const deed = await planCodespell(file, text, launcher, !hasNamesake(place));
      if (deed === undefined || (isSpelled && deed.verb === "change")) return undefined;
      isSpelled = true;
      return deed;
    });
    await each(TYPOS, (file, text) => planTypos(file, text, launcher));
    for (const name of listFolder(place) ?? []) if (CSPELL.test(name)) await each([name], planCspell);
    if (hasCheckManifest(texts)) await each(["MANIFEST.in"], (file, text) => planManifest(file, text, launcher));
    await each(["REUSE.toml"], (file, text) => planReuse(file, text, launcher));
  }
  return deeds;
}

function readFile(file: string): string | undefined {
  return isFile(file) ? readText(file) : undefined;
}

/** A package named prime would be left out with the launcher by a pattern that is its name. */
function hasNamesake(place: string): boolean {
  return [place, path.join(place, "src")].some((folder) =>
    (listFolder(folder) ?? []).some((name) => isFolder(path.join(folder, name, "prime"))),
  );
}

function hasCheckManifest(texts: (name: string) => string | undefined): boolean {
  const said = ["setup.cfg", "tox.ini", "pyproject.toml"].some((name) =>
    linesOf(texts(name)).some((line) => /^\[(?:tool\.)?check-manifest\]/.test(line)),
  );
  return said || /\bcheck-manifest\b/.test(texts(".pre-commit-config.yaml") ?? "");
}
