import type { Environment } from "../../command.ts";

/** How long the user has uv wait, by its variables (uv's reference of the environment), which hold for what prime gets, too. */
export function patienceOf({
  UV_HTTP_TIMEOUT: silent,
  UV_HTTP_CONNECT_TIMEOUT: connect,
  UV_HTTP_RETRIES: tries,
}: Environment) {
  const isCount = tries !== undefined && /^\d{1,4}$/.test(tries);
  return {
    /** Milliseconds without a byte. */
    silentMs: millisecondsOf(silent) ?? 30_000,
    connectMs: millisecondsOf(connect) ?? 10_000,
    /** How often at most what broke off is asked for again. */
    retries: isCount ? Number(tries) : Number.POSITIVE_INFINITY,
  };
}

function millisecondsOf(seconds = ""): number | undefined {
  return /^[1-9]\d{0,5}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
