import * as path from "node:path";
import { isExecutableFile, isFile, sha256OfFile } from "../../edges/files/read.ts";
import { cachedFolder, deployedUv, type UvRequest } from "../../provision/uv.ts";
import { type Finding, sound, wrong } from "./finding.ts";

/**
 * The pinned uv in the cache: its wheel was verified against the launcher's pin when it was deployed, and the digest of the
 * file in it written down then.
 */
export function uvFinding(request: Pick<UvRequest, "pin" | "python" | "cacheFolder">): Finding {
  const folder = cachedFolder(request);
  const file = path.join(folder, "uv");
  const { version } = request.pin;
  if (!isFile(file)) return sound("uv", `${version} is not in the cache: it is fetched when something has to be built`);
  const fix = { kind: "uv", folder } as const;
  const mend = "`./prime doctor --fix` gets it anew";
  const told = deployedUv(file)?.sha256;
  if (told === undefined) return wrong("uv", `nothing tells the digest of ${file}`, mend, fix);
  if (!isExecutableFile(file)) return wrong("uv", `${file} may not be executed`, mend, fix);
  const is = sha256OfFile(file) ?? "";
  return is === told
    ? sound("uv", `${file} is as it was deployed (sha256 ${is.slice(0, 12)})`)
    : wrong(
        "uv",
        `${file} is not as it was deployed: its sha256 is ${is.slice(0, 12)}, not ${told.slice(0, 12)}`,
        mend,
        fix,
      );
}
