import { othersIn, whatIsOthers } from "../../../project/made-beside.ts";
import { type Finding, wrong } from "../finding.ts";

/** What root, or somebody else, has left in this user's own checkout. */
export function ownerFindings(root: string, projects: readonly string[]): Finding[] {
  const others = othersIn(root, projects);
  return others === undefined ? [] : [wrong("owner", whatIsOthers(others), `make it yours: \`${others.cure}\``)];
}
