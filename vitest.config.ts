import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** A Python file imported is its text, as in the bundle. */
const pythonTexts = {
  name: "python-texts",
  load: (file: string) =>
    file.endsWith(".py") ? `export default ${JSON.stringify(readFileSync(file, "utf8"))}` : null,
};

export default defineConfig({ plugins: [pythonTexts], test: { include: ["test/**/*.test.ts"] } });
