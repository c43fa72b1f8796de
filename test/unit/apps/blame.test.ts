import { describe, expect, it } from "vitest";
import { blameOf } from "../../../src/apps/start/update.ts";
import { PrimeError } from "../../../src/errors.ts";

describe("what a check came to", () => {
  it.each([
    ["failed", "resolve-failed", "the index has no package networkx: foo depends on networkx>=99"],
    ["failed", "resolve-failed", "foo==4.401 depends on async-timeout and Connectorx"],
    ["offline", "resolve-failed", "127.0.0.1:1 does not answer: error sending request: client error (Connect)"],
    ["offline", "resolve-failed", "no network, or no server of that name: a.example"],
    ["offline", "download", "could not download https://a.example/: connect ENETUNREACH 192.0.2.1:443"],
    ["offline", "resolve-failed", "Failed to download distribution due to network timeout"],
    ["denied", "download", "could not download https://a.example/: the server says 403"],
    ["denied", "resolve-failed", "HTTP status client error (401 Unauthorized) for url (https://a.example/)"],
    ["denied", "proxy", "could not get through the proxy http://a.example: it refuses (status 403)"],
    ["invalid", "verify-failed", "`foo --version` failed (status 1)\nConnectionError: timed out (403)"],
  ])("is told as %s of %s: %s", (outcome, id, message) => {
    expect(blameOf(new PrimeError(id, message))).toMatchObject({ outcome });
  });
});
