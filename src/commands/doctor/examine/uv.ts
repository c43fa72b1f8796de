import * as path from "node:path";
import { isExecutableFile, isFile } from "../../../edges/files/read.ts";
import { cachedFolder, type UvPlace, whyNotPinned } from "../../../provision/uv.ts";
import { type Finding, sound, wrong } from "../finding.ts";

/** The pinned uv in the cache, which is executed: whether it is what the launcher pins. */
export function uvFinding(place: UvPlace): Finding {
  const folder = cachedFolder(place);
  const file = path.join(folder, "uv");
  if (!isFile(file)) {
    return sound("uv", `${place.pin.version} is not in the cache: it is fetched when something has to be built`);
  }
  const why = isExecutableFile(file) ? whyNotPinned(file, place) : `${file} may not be executed`;
  if (why === undefined) return sound("uv", `${file} is what is pinned`);
  return wrong("uv", why, "`./prime doctor --fix` gets it anew, and so does the next build", { kind: "uv", folder });
}
