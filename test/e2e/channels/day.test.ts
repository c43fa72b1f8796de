import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { isAmong, type Pointer } from "../../../src/channels/model/pointer.ts";
import { Customer, Maintainer, otherBuild, putServer } from "../../support/apps/channel.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { type S3Server, s3Server } from "../../support/servers/s3.ts";

let s3: S3Server | undefined;
beforeAll(async () => {
  s3 = await s3Server();
}, 600_000);

/** Where the channel is served, and what whoever asks there has to know. */
const PLACES = {
  "a plain HTTP server": async () => {
    const { url } = await putServer(fs.mkdtempSync(path.join(new Maintainer().box.base, "served-")));
    return { to: url, known: () => undefined };
  },
  S3: async () => {
    if (s3 === undefined) return undefined;
    const { url, id, secret } = s3;
    await s3.bucket("day");
    const known = ({ home }: Sandbox) => {
      fs.mkdirSync(path.join(home, ".aws"));
      const lines = [`endpoint_url = ${url}`, `aws_access_key_id = ${id}`, `aws_secret_access_key = ${secret}`];
      fs.writeFileSync(path.join(home, ".aws/config"), `[default]\n${lines.join("\n")}\n`);
    };
    return { to: "s3://day/foo", known };
  },
};

it.for(Object.entries(PLACES))(
  "several customers see the day of a bad release on %s",
  { timeout: 480_000 },
  async ([, placeOf], { skip }) => {
    const place = await placeOf();
    if (place === undefined) return skip("this machine can't have moto");
    const maintainer = new Maintainer(place.to);
    place.known(maintainer.box);
    await maintainer.begin();
    for (const version of ["3.2.0", "3.2.1", "3.2.2"]) await maintainer.good("publish", maintainer.wheel(version));
    await maintainer.good("promote", "stable", "3.2.0");
    const customers: Customer[] = [];
    for (let count = 0; count < 2; count += 1) {
      const customer = new Customer();
      place.known(customer.box);
      customers.push(await customer.install(maintainer));
      expect(await customer.says([])).toBe("foo 3.2.0");
    }
    const all = async (version: string) => {
      for (const customer of customers) expect(await customer.follow()).toBe(`foo ${version}`);
    };

    await maintainer.good("promote", "stable", "3.2.1", "--percent", "20");
    const pointer = JSON.parse((await maintainer.run(["status", "--json"])).stdout).channels.stable as Pointer;
    const reached: boolean[] = [];
    for (const customer of customers) {
      const { installation } = JSON.parse(fs.readFileSync(path.join(customer.home, "channel/state.json"), "utf8"));
      reached.push(isAmong(installation, pointer));
      expect(await customer.follow()).toBe(reached.at(-1) === true ? "foo 3.2.1" : "foo 3.2.0");
    }
    await maintainer.good("promote", "stable", "3.2.1");
    await all("3.2.1");
    await maintainer.good("fallback", "stable", "3.2.0", "--reason", "3.2.1 loses data");
    await all("3.2.0");
    await maintainer.good("promote", "stable", "3.2.2");
    await maintainer.good("floor", "stable", "3.2.1");
    const below = await maintainer.run(["fallback", "stable", "3.2.0", "--reason", "x"]);
    expect([below.code, below.stderr]).toEqual([2, expect.stringContaining("below the floor")]);
    for (const key of ["online", "offline"]) await maintainer.good("rotate-key", key);
    const launcher = maintainer.box.path("prime-0.9.1");
    fs.writeFileSync(launcher, otherBuild("0.9.1"), { mode: 0o755 });
    await maintainer.good("publish", launcher);
    await all("3.2.2");
    for (const customer of customers) {
      const status = (await customer.status()) as unknown as { runs: { version: string }; channel: { told: Pointer } };
      expect([status.runs.version, status.channel.told.version]).toEqual(["0.9.1", "3.2.2"]);
      for (const _ of ["on trial", "settled"]) expect(await customer.says([])).toBe("foo 3.2.2");
      expect(await customer.warmInTheEnd([])).toMatchObject({ code: 0, stdout: "foo 3.2.2\n", stderr: "" });
    }
    const { code, stdout } = await maintainer.run(["verify", place.to]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("launcher: prime 0.9.1")]);
  },
);
