/** An address, and how many bits of it count. */
interface Network {
  /** A character a bit: 32, or 128. */
  readonly bits: string;
  readonly length: number;
}

/**
 * Whether all addresses of one network are in another; an address alone is a network of one. An IPv4 address that is written as an
 * IPv6 one (`::ffff:10.0.0.1`; RFC 4291, 2.5.5.2) is the IPv4 address, and a zone (`%eth0`) says nothing.
 */
export function isNetworkWithin(narrow: string, wide: string): boolean {
  const [one, other] = [networkOf(narrow), networkOf(wide)];
  return (
    one.bits.length === other.bits.length &&
    one.length >= other.length &&
    one.bits.startsWith(other.bits.slice(0, other.length))
  );
}

const MAPPED = `${"0".repeat(80)}${"1".repeat(16)}`;

function networkOf(text: string): Network {
  const [written = "", count] = text.split("/");
  const address = written.replace(/%.*$/, "");
  const bits = address.includes(":") ? sixBits(address) : fourBits(address);
  const length = count === undefined ? bits.length : Number(count);
  return bits.length === 128 && length >= 96 && bits.startsWith(MAPPED)
    ? { bits: bits.slice(96), length: length - 96 }
    : { bits, length };
}

function fourBits(address: string): string {
  return address
    .split(".")
    .map((part) => binary(Number(part), 8))
    .join("");
}

/** RFC 4291, 2.2: `::` stands for as many zeros as are missing, and the end may be written as an IPv4 address. */
function sixBits(address: string): string {
  const groups = (part: string): string =>
    part
      .split(":")
      .filter(Boolean)
      .map((group) => (group.includes(".") ? fourBits(group) : binary(Number.parseInt(group, 16), 16)))
      .join("");
  const [head = "", tail = ""] = address.split("::").map(groups);
  return head + "0".repeat(Math.max(0, 128 - head.length - tail.length)) + tail;
}

function binary(number: number, digits: number): string {
  return number.toString(2).padStart(digits, "0").slice(-digits);
}
