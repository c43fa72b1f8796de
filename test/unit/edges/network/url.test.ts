import { describe, expect, it } from "vitest";
import { urlOf } from "../../../../src/edges/network/url.ts";
import { PrimeError } from "../../../../src/errors.ts";

describe("what somebody wrote as an address", () => {
  it.each(["https://host/path", "http://127.0.0.1:1", "file:///folder/list.json", "file:/list.json"])("%s", (text) => {
    expect(urlOf(text)).toBeInstanceOf(URL);
  });

  it.each(["https://", "https://a b/", "list.json", "file://host/list.json"])("is none: %s", (text) => {
    expect(() => urlOf(text)).toThrow(PrimeError);
    expect(() => urlOf(text)).toThrow(`could not use ${text}: it is no address`);
  });

  it("is told without its password", () => {
    expect(() => urlOf("https://me:sekret@ho st/")).toThrow(/^(?!.*sekret).*no address/);
  });
});
