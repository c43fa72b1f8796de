import * as v from "valibot";
import { isTable } from "../../toml.ts";
import { VERSION_REQUEST } from "../schema/version-text.ts";

/*
 * The fields of protoprimer's three files. Unknown ones are ignored, and null says "not set". As in prime's own schema,
 * the message of each rule is what was expected.
 */

function text(expected: string) {
  return v.pipe(v.string(expected), v.regex(/^[^\0]+$/, expected));
}

const field = <const TSchema extends v.GenericSchema>(schema: TSchema) => v.exactOptional(v.nullable(schema));
const relative = (what: string) => field(text(`the path of ${what}, relative to the ref root`));
const names = v.array(text("a name"), 'a list of names, e.g. ["test"]');

/** valibot takes lists for objects. */
function object<const TEntries extends v.ObjectEntries>(entries: TEntries, expected: string) {
  return v.pipe(v.custom<Readonly<Record<string, unknown>>>(isTable, expected), v.object(entries, expected));
}

const descriptor = object(
  {
    build_root_dir_rel_path: text("the path of a project's folder, relative to the ref root"),
    install_extras: field(names),
    install_group: field(text("the name of a group, or null")),
  },
  "an object with `build_root_dir_rel_path`",
);

const ONE_GROUP = 'an object with one key, e.g. {"group": {"extra_command_args": ["--pre"]}}';
const spec = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>((value) => isTable(value) && Object.keys(value).length === 1, ONE_GROUP),
  v.record(
    v.string(),
    object(
      { extra_command_args: field(v.array(v.string("an argument in quotes"), 'a list of arguments, e.g. ["--pre"]')) },
      'an object such as {"extra_command_args": []}',
    ),
  ),
);

const shared = {
  required_python_version: field(
    v.pipe(
      v.string('a version in quotes, e.g. "3.12"'),
      v.regex(VERSION_REQUEST, 'a version such as "3.12" or "3.12.1"'),
    ),
  ),
  python_selector_file_rel_path: relative("a file"),
  venv_driver: field(v.picklist(["venv_uv", "venv_pip"], '"venv_uv" or "venv_pip"')),
  local_venv_dir_rel_path: field(text("the path of a folder, relative to the ref root or absolute")),
  local_log_dir_rel_path: relative("a folder"),
  local_tmp_dir_rel_path: relative("a folder"),
  local_cache_dir_rel_path: relative("a folder"),
  version_constraints_file_basename: field(
    v.pipe(v.string("the name of a file"), v.regex(/^[^/\0]+$/, "a name without `/`")),
  ),
  project_descriptors: field(v.array(descriptor, "a list of objects with `build_root_dir_rel_path`")),
  install_specs: field(v.array(spec, "a list of objects with one key each")),
};

/** By file: primer, client, env. */
export const LEAP_SCHEMAS = {
  primer: v.object({
    ref_root_dir_rel_path: field(text("the path of a folder, relative to the primer file's")),
    global_conf_dir_rel_path: relative("a folder"),
  }),
  client: v.object({
    local_conf_symlink_rel_path: relative("a link"),
    default_env_dir_rel_path: relative("a folder"),
    ...shared,
  }),
  env: v.object(shared),
};

export type LeapName = keyof typeof LEAP_SCHEMAS;
export type LeapValues<TName extends LeapName> = v.InferOutput<(typeof LEAP_SCHEMAS)[TName]>;
export type SharedValues = LeapValues<"env">;

/** What a project descriptor and an install spec can hold beside what a file holds. */
export const DESCRIPTOR_KEYS = Object.keys(descriptor.pipe[1].entries);
export const SPEC_KEYS = ["extra_command_args"];
