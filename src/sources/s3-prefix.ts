import type { Line } from "../edges/network/exchange.ts";
import { Bucket } from "../s3/bucket.ts";
import { MOST_FILE } from "./fetched.ts";
import { packageOf, type SourceFile, someOf } from "./source-file.ts";

/** What a bucket has directly below a prefix. */
export async function filesInBucket(address: string, line: Line): Promise<SourceFile[]> {
  const bucket = new Bucket(address, line);
  const files = (await bucket.list())
    .filter(({ key }) => packageOf(key) !== undefined)
    .map(({ key, tag }) => ({
      name: key,
      url: `${bucket.name}/${key}`,
      sha256: undefined,
      tag,
      download: (file: string) => bucket.download(key, file, MOST_FILE),
    }));
  return someOf(files, address);
}
