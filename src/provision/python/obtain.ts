import * as path from "node:path";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import type { Context } from "../../context.ts";
import { now } from "../../edges/clock.ts";
import { backdate, inWorkFolder, makeFolder, makeNewFolder } from "../../edges/files/change.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { isFile, listFolder } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { UvTool } from "../../uv/tool.ts";
import { nameOf } from "./build-lists.ts";
import type { Provider } from "./fetch.ts";
import { findKept, type KeptPython, openStore, recordKept, storeFolderOf } from "./store.ts";

export interface Obtaining {
  readonly context: Context;
  readonly provider: Provider;
  /** Unpacks; asked for only where there is something to unpack. */
  readonly uv: () => Promise<UvTool>;
  /** A file to which all output is appended. */
  readonly log: string;
}

/**
 * The interpreter of exactly this build in this user's store: as it is kept there, else fetched, checked and unpacked. One start does this
 * for a build at a time: the caller has the turn of its place. A failure leaves nothing.
 */
export async function obtainPython({ context, provider, uv, log }: Obtaining, build: PythonBuild): Promise<KeptPython> {
  const store = openStore(context);
  const known = findKept(store, build);
  if (known !== undefined) return known;
  if (build.sha256 === null) {
    throw new PrimeError(
      "no-digest",
      `could not take ${nameOf(build)}: its list tells no sha256 of ${build.url}`,
      "choose another build (`./prime python list --all`), or write its sha256 into a list of your own",
    );
  }
  makeFolder(store);
  const folder = storeFolderOf(store, build);
  const step = context.terminal.step(`get ${nameOf(build)}`);
  try {
    return await inWorkFolder(path.join(store, "fetching"), async (work) => {
      const { fetchArchive } = await import("./fetch.ts");
      const { unpack } = await import("./unpack.ts");
      const archive = await fetchArchive(context, provider, build, work);
      remove(folder); // what stands there has no record: a start that was killed left it
      makeNewFolder(folder);
      const executable = await unpack(await uv(), archive, build, folder, log);
      setBack(executable);
      const kept = { folder, build, executable, at: now() };
      recordKept(kept);
      step.done("unpacked");
      return kept;
    });
  } catch (error) {
    remove(folder);
    throw error;
  } finally {
    step.done();
  }
}

/** What starts watch of an interpreter would be too young to be believed by the next one. */
function setBack(executable: string): void {
  const lib = path.join(path.dirname(executable), "../lib");
  const names = (listFolder(lib) ?? []).map((name) => (/^python3/.test(name) ? `${name}/os.py` : name));
  const libraries = names.filter((name) => /^libpython|os\.py$/.test(name)).map((name) => path.join(lib, name));
  for (const file of [executable, ...libraries].filter(isFile)) backdate(file);
}
