import * as path from "node:path";
import { facts } from "../edges/files/read.ts";
import { hostName, inContainer } from "../edges/machine.ts";
import { isUntouched } from "./manifest/interpreter-record.ts";
import type { Manifest } from "./manifest/manifest.ts";

/** The root and the folder from which a generation is looked at. */
export interface Here {
  /** Absolute physical path of the root. */
  readonly root: string;
  /** The folder that holds the generations, absolute. */
  readonly generations: string;
}

/**
 * Whether a generation belongs to somebody else who uses the same folder: a host or a container that has it at another
 * path or has another interpreter, or another path of this machine that leads here (a bind mount). A generation that
 * was built here before the folder was moved or copied is ours.
 */
export function isOthers({ root, builtBy, interpreter }: Manifest, here: Here): boolean {
  const isThisMachine = builtBy.host === hostName() && builtBy.inContainer === inContainer();
  if (root === here.root) return !isThisMachine && !isUntouched(interpreter);
  if (!isThisMachine) return true;
  const [theirs, ours] = [facts(path.join(root, ".prime/generations")), facts(here.generations)];
  return theirs !== undefined && theirs.dev === ours?.dev && theirs.ino === ours.ino;
}
