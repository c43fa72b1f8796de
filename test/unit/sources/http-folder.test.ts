import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { NO_RULES } from "../../../src/edges/network/rules.ts";
import { filesAt } from "../../../src/sources/http-folder.ts";
import { certified } from "../../support/servers/certificates.ts";

const FILE = "foo-1-py3-none-any.whl";

it("a page's own files are asked for by its user, in whatever way it writes their addresses, and those of another host are not", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-folder-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  let links: string[] = [];
  const asked: (string | undefined)[] = [];
  const server = http.createServer(({ url, headers }, response) => {
    if (url === "/") return void response.end(links.map((link) => `<a href="${link}">f</a>`).join(""));
    asked.push(headers.authorization && Buffer.from(headers.authorization.slice(6), "base64").toString());
    response.end("bytes");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const NETRC = path.join(folder, "netrc");
  fs.writeFileSync(NETRC, "default login all password of-them\n");
  const warned: string[] = [];
  const warn = (what: string) => void warned.push(what);
  const files = (user: string) =>
    filesAt(`http://${user}127.0.0.1:${port}/`, { env: { NETRC }, rules: NO_RULES, warn });
  links = [FILE, `/${FILE}`, `http://127.0.0.1:${port}/${FILE}`, `//127.0.0.1:${port}/${FILE}`];
  for (const user of ["joe:own@", ""])
    for (const [at, file] of (await files(user)).entries()) await file.download?.(path.join(folder, `${user}${at}`));
  expect(asked).toEqual([...Array(4).fill("joe:own"), ...Array(4).fill("all:of-them")]);
  const tls = certified(folder, ["localhost"]);
  const far = https.createServer(tls, ({ headers }, response) => {
    asked.push(headers.authorization);
    response.end("bytes");
  });
  await new Promise<void>((resolve) => far.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void far.close());
  links = [`https://localhost:${(far.address() as AddressInfo).port}/${FILE}`, `http://localhost:${port}/${FILE}`];
  asked.length = 0;
  const rules = { ...NO_RULES, caFile: tls.ca };
  for (const file of await filesAt(`http://127.0.0.1:${port}/`, { env: { NETRC }, rules, warn }))
    await file.download?.(path.join(folder, "far"));
  expect(asked).toEqual([undefined]);
  links = [`http://files.example/${FILE}#sha256=${"0".repeat(64)}`];
  await expect(files("joe:own@")).rejects.toMatchObject({
    message: `could not take what http://****@127.0.0.1:${port}/ lists: it is at http://files.example/${FILE}`,
    hint: expect.stringContaining("have that server write https:"),
  });
  warned.length = 0;
  links = [`https://files.example/${FILE}`, `http://127.0.0.1:${port}/${FILE}`];
  expect([await files(""), warned]).toEqual([[expect.anything(), expect.anything()], []]);
  links.push(`http://files.example/${FILE.replace("1", "2")}`);
  expect(await files("")).toHaveLength(2);
  expect(warned).toEqual([
    expect.stringMatching(/^did not take all that http:.* lists: it is at http:\/\/files\.example\/.*write https:/),
  ]);
});
