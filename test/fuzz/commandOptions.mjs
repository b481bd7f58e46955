// The command's options as a reader: real commands on a small study, with values that nobody would type in good faith.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";

const require = createRequire(import.meta.url);
const library = (path) => require(join(import.meta.dirname, "..", "..", "kernel-lib", "dist", path));

/** What each command is given beside its options; those that are left out have no option with a value, or take a terminal. */
const usual = {
  databases: ["study"],
  evaluate: ["study"],
  export: ["model.caffemodel", "--to", "onnx", "--out", "model.onnx"],
  fetch: ["new", "--file", "archive.tgz"],
  folds: ["study"],
  import: ["study/images", "new"],
  inspect: ["model.caffemodel"],
  output: ["study"],
  patches: ["study", "--per-image", "2"],
  run: ["study", "--per-image", "2"],
  threshold: ["study"],
  train: ["study"],
};

const numbers = [
  "-1",
  "0",
  "0.5",
  "1",
  "3",
  "1e9",
  "1e308",
  "1e999",
  "-0",
  "NaN",
  "Infinity",
  "0x10",
  "1,2",
  "1e-320",
];
/** No path leads out of the folder: the command runs seven folders deep, and nothing can be made below /dev/null. */
const words = [
  ...[
    "",
    " ",
    "\n",
    "\u001b[2J",
    "\u202e",
    "\ud800",
    "é",
    "auto",
    "-",
    "--",
    "--json",
    "-h",
    "=",
    ",",
    ",,",
    "null",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "../x",
    "../../x",
    ".",
    "study",
    "study/histobook.json",
    "/dev/null/x",
  ],
  ...["(", "[", "*", "**/**", "{name}", "{patient}", "(a+)+$", "%s%n", "$(id)", "`id`", "'; id", "<script>"],
  ...["http://", "http://[", "file:///etc/passwd", "http://127.0.0.1:9/x.tgz", "#ff0000", "128-255", "5-1"],
  ...["a".repeat(5000), "1".repeat(400), "0,".repeat(3000)],
];

/**
 * Command lines of one to three options each, as JSON.
 *
 * @returns an arbitrary of a file's bytes
 */
export function commandLines() {
  const { histobookProgram } = library("cli/main.js");
  const options = histobookProgram().commands.flatMap((command) =>
    command.name() in usual
      ? command.options.map((option) => [command.name(), option.long, option.flags])
      : [],
  );
  const value = fc.oneof(
    fc.constantFrom(...numbers),
    fc.constantFrom(...words),
    fc.string({ maxLength: 20 }),
  );
  return fc.constantFrom(...options.map(([command]) => command)).chain((command) => {
    const own = options.filter(([name]) => name === command);
    const option = fc
      .tuple(fc.constantFrom(...own), value)
      .map(([[, long, flags], text]) => (/[<[]/.test(flags) ? [long, text] : [long]));
    return fc
      .array(option, { minLength: 1, maxLength: 3 })
      .map((some) => Buffer.from(JSON.stringify([command, ...usual[command], ...some.flat()])));
  });
}

/**
 * Runs a command line as a process would, in this one.
 *
 * @param path of its JSON
 * @param image an image and its mask, as files
 * @throws HistobookError that the command ended with; Error where it ended in any other way than by a result or one sentence
 */
export async function runCommandLine(path, folder, { image, mask, model }) {
  const args = JSON.parse(readFileSync(path, "utf8"));
  const work = join(folder, "a/b/c/d/e/f/g");
  rmSync(join(folder, "a"), { recursive: true, force: true });
  mkdirSync(join(work, "study", "images"), { recursive: true });
  cpSync(image, join(work, "study/images/8918_1.png"));
  cpSync(mask, join(work, "study/images/8918_1_mask.png"));
  cpSync(model, join(work, "model.caffemodel"));
  writeFileSync(join(work, "archive.tgz"), "no archive");
  const { status, out, errors } = await inFolder(work, args);
  if (/^\s+at .*:\d+/m.test(out + errors)) throw new Error(`a stack: ${errors}${out}`);
  const events = out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  const error = events.find(({ event }) => event === "error");
  if (error && error.code === "Unexpected") throw new Error(error.message);
  if (error) throw new (library("foundation/index.js").HistobookError)(error.code, error.parts);
  // What commander finds wrong, it says itself.
  if (status === 2 ? !/^error: .+/.test(errors) : ![0, 3].includes(status))
    throw new Error(`status ${status}: ${errors}${out}`);
}

/** Runs the command in a folder without programs in reach, and gives what it said. */
async function inFolder(folder, args) {
  const before = {
    folder: process.cwd(),
    path: process.env.PATH,
    out: process.stdout.write,
    errors: process.stderr.write,
  };
  let [out, errors] = ["", ""];
  process.chdir(folder);
  process.env.PATH = "/nowhere";
  process.stdout.write = (text) => ((out += String(text)), true);
  process.stderr.write = (text) => ((errors += String(text)), true);
  try {
    await library("cli/main.js").main(["node", "histobook", args[0], "--json", ...args.slice(1)]);
  } finally {
    process.stdout.write = before.out;
    process.stderr.write = before.errors;
    process.env.PATH = before.path;
    process.chdir(before.folder);
  }
  const status = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { status, out, errors };
}
