import * as path from "node:path";
import { whyClosed } from "../../../edges/files/errors.ts";
import { facts, isExecutableFile, isFile } from "../../../edges/files/read.ts";
import { cachedFolder, noExec, type UvPlace, whyNotPinned } from "../../../provision/uv.ts";
import { type Finding, failed, sound, wrong } from "../finding.ts";

/** The pinned uv in the cache, which is executed: whether it is what the launcher pins. */
export function uvFinding(place: UvPlace): Finding {
  const folder = cachedFolder(place);
  const file = path.join(folder, "uv");
  if (!isFile(file)) {
    const is = `${place.pin.version} is not in the cache`;
    const closed = whyClosed(path.dirname(folder));
    if (closed !== undefined) return wrong("uv", `${is}: ${closed.message}`, `${closed.hint}`);
    return sound("uv", `${is}: it is fetched when something has to be built`);
  }
  const isClosed = !isExecutableFile(file);
  if (isClosed && ((facts(file)?.mode ?? 0) & 0o100) !== 0) return failed("uv", noExec(place.cacheFolder));
  const why = isClosed ? `${file} may not be executed` : whyNotPinned(file, place);
  if (why === undefined) return sound("uv", `${file} is what is pinned`);
  return wrong("uv", why, "`./prime doctor --fix` gets it anew, and so does the next build", { kind: "uv", folder });
}
