import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** A Python file imported is its text, as in the bundle. */
const pythonTexts = {
  name: "python-texts",
  load: (file: string) =>
    file.endsWith(".py") ? `export default ${JSON.stringify(readFileSync(file, "utf8"))}` : null,
};

/** Time limits are safety nets: no test relies on one. */
const MINUTE = 60_000;

export default defineConfig({
  plugins: [pythonTexts],
  test: {
    globalSetup: "test/setup.ts",
    reporters: ["./test/reporter.ts"],
    pool: "forks",
    // Tests often wait (for a deadline, for a lock), so that three of them keep two processors busy.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 3 * MINUTE, hookTimeout: 3 * MINUTE },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/{e2e,fault}/**/*.test.ts"],
          testTimeout: 10 * MINUTE,
          hookTimeout: 10 * MINUTE,
        },
      },
    ],
  },
});
