import type { Environment } from "../../edges/command.ts";
import { fetchWhole, putWhole } from "../../edges/network/whole.ts";
import { withoutSecrets } from "../../secrets.ts";
import { type Place, placeOn } from "../place.ts";

/** A server that takes files by PUT (RFC 9110, 9.3.4), below an address. */
export function httpPlace(base: URL, env: Environment): Place {
  const urlOf = (name: string) => {
    const url = new URL(base);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/${name}`;
    return url;
  };
  return placeOn({
    name: withoutSecrets(base.href),
    get: (name, most) => fetchWhole(urlOf(name), env, most),
    put: (name, bytes, headers) => putWhole(urlOf(name), env, { bytes, headers }),
  });
}
