#!/usr/bin/env node
// Written for any Node, also one that is too old for the rest.
var required = [20, 19];
var found = process.versions.node.split(".").map(Number);
if (found[0] < required[0] || (found[0] === required[0] && found[1] < required[1])) {
  console.error(
    "The TypeScript kernel found Node.js " +
      process.versions.node +
      ", expected at least " +
      required.join(".") +
      "; install a newer Node.js and restart the kernel.",
  );
  process.exit(1);
}
// A loop in a timer that is ended by force (interrupt) leaves Node's async hooks' stack unfinished. Node 20 and 22 let us
// clear it; newer ones must be told not to check it, which only a start with the option can do.
var option = "--no-force-async-hooks-checks";
if (found[0] >= 23 && process.execArgv.indexOf(option) < 0 && typeof process.execve === "function") {
  process.removeAllListeners("warning");
  process.execve(
    process.execPath,
    [process.execPath, option].concat(process.execArgv, process.argv.slice(1)),
    process.env,
  );
}
require("../dist/kernel/main.js").main(process.argv);
