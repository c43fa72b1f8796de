import { createHash, randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";

it("a digest is that of node:crypto, however long what is digested is and in whatever parts it comes", async () => {
  for (let length = 0; length <= 6000; length = length < 200 ? length + 1 : Math.floor(length * 1.7)) {
    vi.resetModules(); // what one start has digested counts
    const { sha256Of } = await import("../../../src/edges/files/sha256.ts");
    const bytes = randomBytes(length);
    const middle = Math.floor(length / 3);
    const digest = createHash("sha256").update(bytes).digest("hex");
    expect(sha256Of([bytes.subarray(0, middle), bytes.subarray(middle)])).toBe(digest);
    expect([1, 2].map(() => sha256Of([bytes]))).toEqual([digest, digest]);
  }
});
