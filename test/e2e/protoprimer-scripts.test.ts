import * as fs from "node:fs";
import { expect, it } from "vitest";
import { NEWEST_PROTOPRIMER, PROTOPRIMER, protoprimer, protoRepo, shownBy } from "./protoprimer.ts";
import { packagesOf } from "./repos.ts";

it.each([PROTOPRIMER, NEWEST_PROTOPRIMER])(
  "protoprimer %s itself boots the repo, and starts its scripts",
  async (release) => {
    const box = protoRepo({}, { release });
    const booted = await protoprimer(box);
    expect(booted, booted.stderr).toMatchObject({ code: 0 });
    expect(fs.readlinkSync(box.path("lconf"))).toBe("dst/default_env");
    expect(packagesOf(box.path("venv"))).toMatchObject({ app: "0.1", protoprimer: release });
    const kernel = box.path("cmd/proto_code/proto_kernel.py");

    const started = await protoprimer(box, ["7", "a b"], { script: "cmd/start_app" });
    expect(started.code).toBe(7);
    expect(shownBy(started)).toEqual({
      argv: [box.path("cmd/start_app"), "7", "a b"],
      isolated: 1,
      prefix: box.path("venv"),
      kernel,
      variables: {},
    });

    const bootedAgain = await protoprimer(box, ["-q"], { script: "cmd/boot_app" });
    expect(shownBy(bootedAgain)).toMatchObject({
      argv: [box.path("cmd/boot_app"), "-q"],
      kernel: null,
      variables: { PROTOPRIMER_PY_EXEC: "stride_src_updated", PROTOPRIMER_PROTO_CODE: kernel },
    });
  },
);
