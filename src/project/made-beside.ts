import * as path from "node:path";
import { quoteForShell } from "../edges/command.ts";
import { ownership, thisUser } from "../edges/files/ownership.ts";
import { filesIn, isWritable } from "../edges/files/read.ts";

/** What build backends leave beside a project. */
const LEFT_BY_BUILDS = /\.egg-info$|^(?:build|\.eggs)$/;

/** What builds have left in these projects; absolute. */
export function leftByBuilds(projects: readonly string[]): string[] {
  const places = [...new Set(projects)].flatMap((folder) => [folder, path.join(folder, "src")]);
  return places.flatMap((place) => filesIn(place, (name) => LEFT_BY_BUILDS.test(name)));
}

/** What belongs to others in this user's own checkout, as root leaves it there, and the command that ends that. */
export interface OthersThere {
  /** Absolute. */
  readonly files: readonly string[];
  readonly uid: number;
  readonly cure: string;
}

/** Looks for it among what prime and builds make; undefined for root, and in a checkout that is not this user's. */
export function othersIn(root: string, projects: readonly string[]): OthersThere | undefined {
  const own = ownership(root);
  if (own === undefined || own.uid !== thisUser() || own.uid === 0) return undefined;
  const places = [".prime", ".venv", "uv.lock"].map((name) => path.join(root, name));
  const made = [...places, ...leftByBuilds([root, ...projects])];
  const files = made.filter((file) => (ownership(file)?.uid ?? own.uid) !== own.uid && !isSharedFolder(file));
  const [first] = files;
  if (first === undefined) return undefined;
  const names = files.map((file) => quoteForShell(path.relative(root, file))).join(" ");
  const uid = ownership(first)?.uid ?? 0;
  return { files, uid, cure: `sudo chown -hR ${own.uid}:${own.gid} -- ${names}` };
}

/** For a sentence. */
export function whatIsOthers({ files, uid }: OthersThere): string {
  const whose = uid === 0 ? "root" : `another user (uid ${uid})`;
  const [verb, them] = files.length === 1 ? ["belongs", "it"] : ["belong", "them"];
  return `${files.join(", ")} ${verb} to ${whose}, and this user can't change ${them}`;
}

function isSharedFolder(file: string): boolean {
  return ownership(file)?.kind === "folder" && isWritable(file);
}
