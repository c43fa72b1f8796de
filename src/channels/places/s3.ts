import type { Line } from "../../edges/network/exchange.ts";
import { Bucket } from "../../s3/bucket.ts";
import { type Place, placeOn } from "../place.ts";

/** A bucket of S3, or of a server that speaks its protocol, below a prefix. */
export function s3Place(address: string, line: Line): Place {
  const bucket = new Bucket(address, line);
  return placeOn({
    name: bucket.name,
    get: (name, most) => bucket.get(name, most),
    put: (name, bytes, condition) => bucket.put(name, bytes, condition),
  });
}
