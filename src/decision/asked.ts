import type { Config } from "../config/config.ts";
import type { PythonBuild } from "../config/lock/python-build.ts";
import type { VenvDriver } from "../config/source.ts";
import type { Context } from "../context.ts";
import type { Folders } from "../environment/folders.ts";
import { digestOf, type Ingredients, ingredientsOf } from "../environment/manifest/digest.ts";
import { recordOfInterpreter, type SeenInterpreter } from "../environment/manifest/interpreter-record.ts";
import { withArchives } from "../environment/manifest/resolved.ts";
import type { Project } from "../project/project.ts";
import { UV_PIN } from "../provision/pins.ts";
import { anchorOf } from "../python/anchor.ts";
import type { Interpreter } from "../python/interpreter.ts";

/** The environment that a start asks for, on a certain interpreter. */
export interface Asked {
  /** The interpreter below it. */
  readonly base: Interpreter;
  /** The same interpreter in the form in which a manifest keeps it. */
  readonly seen: SeenInterpreter;
  readonly madeOf: Ingredients;
  /** sha256 of `madeOf`: a generation of this digest is what is asked for. */
  readonly digest: string;
}

interface Wish {
  readonly config: Config;
  readonly project: Project;
  readonly driver: VenvDriver;
  readonly folders: Folders;
  readonly pinned: PythonBuild | undefined;
}

/** Reads now what counts of each input: from now on an edit asks for another environment. */
export function askFor({ root, env }: Context, wish: Wish, base: Interpreter): Asked {
  const { config, project, driver, folders } = wish;
  const seen = recordOfInterpreter(base, anchorOf(base));
  const uv = driver === "venv_uv" ? pinOf(config).version : null;
  const named = ingredientsOf({
    root,
    env,
    config,
    project,
    driver,
    uv,
    interpreter: seen,
    pinned: wish.pinned?.sha256 ?? null,
  });
  const madeOf = withArchives(folders, named, seen);
  return { base, seen, madeOf, digest: digestOf(madeOf) };
}

/** The uv that this configuration asks for. */
export function pinOf(config: Config) {
  return config.uv.value ?? UV_PIN;
}
