import { expect, it } from "vitest";
import { uvEnvironment } from "../../../src/uv/tool.ts";

it("an empty variable of uv's is none: uv itself refuses most of them, and names an option that nobody wrote", () => {
  const empty = { UV_CACHE_DIR: "", UV_LINK_MODE: "", UV_CONFIG_FILE: "", UV_KEYRING_PROVIDER: "", UV_NO_CACHE: "" };
  const is = uvEnvironment({ ...empty, UV_OFFLINE: "1", LANG: "" });
  expect(Object.keys(is).filter((name) => name in empty)).toEqual([]);
  expect(is).toMatchObject({ UV_OFFLINE: "1", LANG: "" });
});
