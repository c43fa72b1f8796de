import * as fs from "node:fs";
import * as path from "node:path";
import type { Sandbox } from "../sandbox.ts";

/** What a cold start says by `withoutNode`, and one that finds no Node. */
export const NO_NODE = "found no Node.js that works";

/** Answers the head in Node's place: prime looks for Node in more places than PATH, and takes the first that answers. */
const STAND_IN = `#!/bin/sh
echo ': prime; echo "prime: ${NO_NODE}" >&2; exit 125 #: whole' >&3
`;

/** A folder for PATH by which no start can be cold and succeed. */
export function withoutNode({ base }: Pick<Sandbox, "base">): string {
  const folder = path.join(base, "no-node");
  fs.mkdirSync(folder, { recursive: true });
  const node = path.join(folder, "node");
  if (!fs.existsSync(node)) fs.writeFileSync(node, STAND_IN, { mode: 0o755 });
  return folder;
}
