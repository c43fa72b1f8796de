import { describe, expect, it } from "vitest";
import { isNetworkWithin } from "../../../../src/edges/network/address.ts";
import { NO_RULES, whyNotAddress, whyNotHost } from "../../../../src/edges/network/rules.ts";
import { Random } from "../../../support/random.ts";

describe("a network", () => {
  it.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.0.0.0/16", "10.0.0.0/8", true],
    ["10.0.0.0/8", "10.0.0.0/16", false],
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "0.0.0.0/0", true],
    ["::1", "0.0.0.0/0", false],
    ["127.0.0.1", "::/0", false],
    ["::ffff:127.0.0.1", "127.0.0.0/8", true],
    ["::ffff:7f00:1", "127.0.0.0/8", true],
    ["::ffff:127.0.0.1", "::/0", false],
    ["127.0.0.1", "::ffff:127.0.0.0/104", true],
    ["fe80::1%eth0", "fe80::/10", true],
    ["2001:db8::1", "2001:db8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1", true],
    ["64:ff9b::127.0.0.1", "127.0.0.0/8", false],
  ])("%s in %s: %s", (narrow, wide, is) => {
    expect(isNetworkWithin(narrow, wide)).toBe(is);
  });

  it("holds just the addresses that agree with it in its first bits, whatever they are", () => {
    const random = new Random(13);
    for (let round = 0; round < 500; round += 1) {
      const [one, other] = [random.below(2 ** 32), random.below(2 ** 32)];
      const length = random.below(33);
      const [a, b] = [one, other].map((number) => [24, 16, 8, 0].map((by) => (number >>> by) & 255).join("."));
      const isSame = length === 0 || one >>> (32 - length) === other >>> (32 - length);
      expect([length, a, b, isNetworkWithin(a as string, `${b}/${length}`)]).toEqual([length, a, b, isSame]);
      expect(isNetworkWithin(`::ffff:${a}`, `${b}/${length}`)).toBe(isSame);
      expect(isNetworkWithin(a as string, `${a}/${length}`)).toBe(true);
    }
  });
});

describe("a rule", () => {
  const hosts = { ...NO_RULES, hosts: ["a.example", "*.b.example", "127.0.0.1", "2001:db8::1"] };
  it.each([
    ["a.example", true],
    ["A.Example.", true],
    ["sub.a.example", false],
    ["b.example", false],
    ["c.b.example", true],
    ["xb.example", false],
    ["127.0.0.1", true],
    ["127.0.0.2", false],
    ["[2001:DB8:0::1]", true],
    ["a.example.evil", false],
    ["localhost", false],
    ["", false],
  ])("lets %s: %s", (host, lets) => {
    expect(whyNotHost(hosts, host, false) === undefined).toBe(lets);
  });

  it("lets plain http be asked of those alone that a configured address names so", () => {
    expect(whyNotHost({ ...hosts, plainHttp: ["127.0.0.1"] }, "127.0.0.1", true)).toBeUndefined();
    expect(whyNotHost(hosts, "a.example", true)?.why).toContain("without TLS");
    expect(whyNotHost(NO_RULES, "a.example", true)).toBeUndefined();
  });

  it("of networks judges literal addresses at once, and names by where they lead", () => {
    const rules = { ...NO_RULES, networks: ["10.0.0.0/8"] };
    expect(whyNotHost(rules, "127.0.0.1", false)?.rule).toBe("allowed_networks");
    expect(whyNotHost(rules, "a.example", false)).toBeUndefined();
    expect(whyNotAddress(rules, "10.9.9.9", "a.example")).toBeUndefined();
    expect(whyNotAddress(rules, "::1", "a.example")?.why).toBe(
      "a.example leads to ::1, which is not in allowed_networks (10.0.0.0/8)",
    );
  });
});
