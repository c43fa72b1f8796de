/*
 * Loads the program in the Node that the head has started, by what V8 compiled of it in an earlier start. It stands in the built
 * file as its first comment of JavaScript, which the head evaluates; every Node from 10 on must be able to read it.
 * `file` is the launcher, absolute; `bytes` is what it holds.
 */
(function (fs, file, bytes) {
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
  const { Script } = require("node:vm");
  // What gave the file other line ends is for the program to tell.
  const lineEnd = bytes.indexOf("/*program\n") < 0 ? "\r\n" : "\n";
  const start = bytes.indexOf(`/*program${lineEnd}`) + 9 + lineEnd.length;
  const end = bytes.indexOf(`\n})${lineEnd}*`, start);
  const refuse = (like) => {
    fs.writeSync(3, "exit 125 #: whole");
    fs.writeSync(6, `prime: error: ${file} is not whole, as ${like}\n  next: put the whole file there\n`);
  };
  if (end < 0) return refuse("a copy that was cut");
  const env = process.env;
  const folder = `${env.XDG_CACHE_HOME || `${env.HOME}/.cache`}/prime/node`;
  const source = bytes.latin1Slice(start, end + 3);
  const lineOffset = bytes.latin1Slice(0, start).split("\n").length - 1;
  own.filename = file;
  const cacheOf = (kind) => `${folder}/${version}-${kind}-${bytes.slice(-68, -4)}`;
  /** Begins the program, by what an earlier start of this kind has compiled: all that any start needs would cost each of them more. */
  const begin = (kind) => {
    own.cache = cacheOf(kind);
    // V8 trusts what it is given, so that the folder must be this user's alone, closed by prime (01700).
    let cachedData;
    try {
      const is = fs.lstatSync(folder);
      const isOwn = is.uid === process.geteuid() && is.mode % 0o10000 === 0o1700;
      if (
        isOwn &&
        env.PRIME_CACHE !== "never" &&
        process.argv.indexOf("verify") < 0 &&
        fs.statSync(own.cache).isFile()
      ) {
        const twice = fs.readFileSync(own.cache);
        const data = twice.slice(0, twice.length / 2);
        if (data.equals(twice.slice(data.length))) cachedData = data;
      }
    } catch {}
    // What V8 itself remembers of a source it knows by its place as well: the column of a line that has nothing on it.
    try {
      own.script = new Script(source, { filename: file, lineOffset, columnOffset: own.goOn ? 1 : 0, cachedData });
    } catch (error) {
      return refuse(`one in which a merge left its conflicts (${error.message})`);
    }
    own.script.runInThisContext()(own.exports, require, own, file, require("node:path").dirname(file));
  };
  /** Whether git has gone to another branch since. */
  const isSwitched = (plan) => {
    const [head, since] = [file.replace(/[^/]+$/, ".git/HEAD"), plan].map((path) => {
      try {
        return fs.statSync(path).mtimeMs;
      } catch {
        return 0;
      }
    });
    return head > since;
  };
  const stage = /^{"stage":"venv"/.test(env.PRIME_PROGRESS);
  const [, plan] = (!stage && /^\d+:\d*:(.+)/s.exec(env.PRIME_HEAD)) || [];
  if (plan && !isSwitched(plan)) {
    // A plan that declined is mostly renewed, for which no more is needed than the core; else the program begins anew.
    own.goOn = () => {
      own.goOn = undefined;
      begin("stale");
    };
    begin("renew");
  } else {
    const word = /^update/.test(env.PRIME_APP_TASK) ? "update" : process.argv[2] === "rollback" ? "rollback" : "node";
    // The first start of an app installs it, the later ones look whether something is due.
    const isApp = /prime_app='\+/.test(bytes.latin1Slice(0, 600)) && fs.existsSync(cacheOf("node"));
    begin(stage ? "venv" : plan ? "stale" : word === "node" && isApp ? "app" : word);
  }
});
