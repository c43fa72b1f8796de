import { describe, expect, it } from "vitest";
import { refusePython } from "../../../src/apps/policy.ts";
import { mergePolicies } from "../../../src/config/policy/merge.ts";
import type { UpgradeValues } from "../../../src/config/policy/schema.ts";

const policy = (values: UpgradeValues) =>
  mergePolicies({ values, folder: "/", sourceOf: (key) => ({ kind: "file", where: "/policy.toml", key }) }, undefined);

describe("the Python that a channel's release says", () => {
  it.each<[string, UpgradeValues]>([
    ["3.13", { max_minor: "3.12" }],
    [">=3.13", { max_minor: "3.12" }],
    ["3.13", { python: "<3.13" }],
    ["3.13.0", { exclude: ["python ==3.13.*"] }],
  ])("%s is refused by %o, by the rule's name", (text, values) => {
    const [key = ""] = Object.keys(values);
    expect(() => refusePython(policy(values), text)).toThrow(
      expect.objectContaining({
        id: "python-refused",
        message: expect.stringContaining(key === "exclude" ? "excluded" : key),
      }),
    );
  });

  it.each<[string, UpgradeValues]>([
    ["3.12", { max_minor: "3.12" }],
    ["3.13", { python: ">=3.13.5" }],
    [">=3.11", { max_minor: "3.12" }],
    ["", { max_minor: "3.6" }],
    ["3.13", { exclude: ["python ==3.13.0"] }],
  ])("%s is not refused by %o", (text, values) => {
    expect(() => refusePython(policy(values), text)).not.toThrow();
  });
});
