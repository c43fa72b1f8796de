import type { Line } from "../../edges/network/exchange.ts";
import { fetchWhole, putWhole } from "../../edges/network/receive/whole.ts";
import { urlOf } from "../../edges/network/url.ts";
import { withoutSecrets } from "../../secrets.ts";
import { type Place, placeOn } from "../place.ts";

/** A server that takes files by PUT (RFC 9110, 9.3.4) below an address. */
export function httpPlace(address: string, line: Line): Place {
  const base = urlOf(address);
  const at = (name: string) => {
    const url = new URL(base);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/${name}`;
    return url;
  };
  return placeOn({
    name: withoutSecrets(base.href),
    get: (name, most) => fetchWhole(at(name), line, most),
    put: (name, bytes, headers) => putWhole(at(name), line, { bytes, headers }),
  });
}
