import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { fetchWhole } from "../../../../../src/edges/network/receive/whole.ts";
import { NO_RULES } from "../../../../../src/edges/network/rules.ts";

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  [1000, 60],
  [16_000_000, 200],
])(
  "gives an answer of at most %i bytes up that is not whole within %i s, however steadily it drips",
  async (most, seconds) => {
    const server = http.createServer((_, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.write("a");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/timestamp.json`);
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      let told: unknown;
      const asked = fetchWhole(url, { env: {}, rules: NO_RULES }, most).catch((error: Error) => {
        told = error.message;
      });
      for (const wait of [(seconds - 1) * 1000, 1000]) {
        // The time begins with the answer's first byte.
        while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
        for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        expect(told).toBeUndefined();
        vi.advanceTimersByTime(wait);
      }
      await asked;
      expect(told).toContain(`it was not whole within ${seconds} s`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);
