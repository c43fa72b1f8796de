/*
 * The first JavaScript of the built file; the program follows as a comment (see build/program.ts), which this compiles. Every Node from 10 on
 * must be able to read it. Two things run it: `node prime` as CommonJS, and `node prime` where package.json says "type": "module", so
 * that there is no `require`. The head goes by the loader.
 */
(function () {
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
  var start = function (require, own, file) {
    var parts = require("fs")
      .readFileSync(file, "latin1")
      .split(/[/][*]program\r?\n/);
    var options = { filename: file, lineOffset: parts[0].split("\n").length };
    var program = parts[1].split("\n*/")[0];
    var folder = file.slice(0, file.lastIndexOf("/")) || "/";
    require("vm").runInThisContext(program, options)(own.exports, require, own, file, folder);
  };
  if (typeof require === "function") {
    start(require, module, __filename);
    return;
  }
  var load = function (loader) {
    var file = loader
      .createRequire(process.cwd() + "/")("fs")
      .realpathSync(process.argv[1]);
    start(loader.createRequire(file), { exports: {} }, file);
  };
  if (process.getBuiltinModule) load(process.getBuiltinModule("module"));
  else import("module").then(load);
});
