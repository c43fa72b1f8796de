/*
 * Loads the program in the Node that the head has started, by what V8 compiled of it in an earlier start. It stands in the built
 * file as its first comment of JavaScript, which the head evaluates; every Node from 10 on must be able to read it.
 * `file` is the launcher, absolute; `text` is what it holds, in latin1.
 */
(function (fs, file, text) {
  const { node: version, bun, deno } = process.versions;
  if (bun || deno) return;
  const numbers = version.split(".");
  if (numbers[0] * 100 + +numbers[1] < 1819) {
    fs.writeSync(3, ` (${version})`); // the head tries the next one
    return;
  }
  try {
    fs.writeSync(3, ": prime;");
  } catch {
    return; // the shell has gone
  }
  const Module = require("node:module");
  const own = new Module(file);
  const slash = "/"; // this stands in a comment, which must not end here
  const [before, packed] = text.split(/[/][*]program\r?\n/);
  const env = process.env;
  const folder = `${env.XDG_CACHE_HOME || `${env.HOME}/.cache`}/prime/node`;
  // What a start has compiled serves others of its kind: loading all that any of them needs would cost each of them more.
  const stage = /^{"stage":"(python|venv)"/.exec(env.PRIME_PROGRESS);
  const kind = stage ? stage[1] : "node";
  own.filename = file;
  own.cache = `${folder}/${version}-${kind}-${text.slice(-68, -4)}`;
  // V8 trusts what it is given, so that the folder must be this user's alone, closed by prime (01700).
  let cachedData;
  try {
    const is = fs.lstatSync(folder);
    const isOwn = is.uid === process.geteuid() && is.mode % 0o10000 === 0o1700;
    if (isOwn && env.PRIME_CACHE !== "never" && process.argv.indexOf("verify") < 0) {
      const bytes = fs.readFileSync(own.cache);
      const data = bytes.slice(32);
      const digest = require("node:crypto").createHash("sha256").update(data).digest();
      if (digest.equals(bytes.slice(0, 32))) cachedData = data;
    }
  } catch {}
  const { Script } = require("node:vm");
  // Without that comment all of it is the program. V8 compares no more of a source than its length: it is the launcher's.
  const isAll = packed === undefined;
  const code = isAll
    ? ""
    : packed
        .split("\n*" + slash)[0]
        .split("*~~/")
        .join("*" + slash);
  const source = isAll ? text.replace("#!", "//") : ("\n" + code).padEnd(text.length);
  const lineOffset = isAll ? 0 : before.split("\n").length - 1;
  own.script = new Script(Module.wrap(source), { filename: file, lineOffset, cachedData });
  own.script.runInThisContext()(own.exports, require, own, file, require("node:path").dirname(file));
});
