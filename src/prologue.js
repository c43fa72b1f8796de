/*
 * The first JavaScript of the built file; the program follows as its argument: `;(this)(function (require, …) {…})`.
 * Every Node from 10 on must be able to read it. Three things load it: the head, which provides `require` and waits
 * for an answer on descriptor 3; `node prime` as CommonJS; and `node prime` where package.json says "type": "module",
 * so that there is no `require`.
 */
(function (program) {
  var version = process.versions.node.split(".").map(Number);
  if (version[0] < 18 || (version[0] === 18 && version[1] < 19)) {
    process.stderr.write(
      "prime: needs Node 18.19 or newer, but " +
        process.execPath +
        " is " +
        process.versions.node +
        "; install a newer Node.js, for example from the system's packages, or put one first in PATH, and start again\n",
    );
    process.exitCode = 125;
    return;
  }
  if (typeof require === "function") {
    program(require, module, exports, __filename, __dirname);
    return;
  }
  var start = function (loader) {
    var file = loader
      .createRequire(process.cwd() + "/")("fs")
      .realpathSync(process.argv[1]);
    var own = { exports: {} };
    program(loader.createRequire(file), own, own.exports, file, file.slice(0, file.lastIndexOf("/")) || "/");
  };
  if (process.getBuiltinModule) start(process.getBuiltinModule("module"));
  else import("module").then(start);
});
