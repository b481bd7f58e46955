/**
 * Fuzzes readers in this process: node --max-old-space-size=MB child.mjs CASES SEED NAME... Writes a JSON line now and then, so that
 * whoever started it sees that it goes on, and one at the end of each reader. Ends with 1 at the first failure.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { casesOf, readers } from "./readers.mjs";

const [cases, seed, ...names] = process.argv.slice(2);
const { isHistobookError } = createRequire(import.meta.url)("../../kernel-lib/dist/foundation/index.js");
/** MB that a process may take at its highest, the engine's and the decoders' own memory included. */
const mostMemory = 1000;
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const peak = () => process.resourceUsage().maxRSS / 1024;

sharp.concurrency(1);
const folder = mkdtempSync(join(tmpdir(), "histobook-fuzz-"));
for (const name of names) {
  const failure = await fuzz(readers.find((reader) => reader.name === name));
  if (failure) {
    say({ event: "failure", reader: name, failure });
    process.exitCode = 1;
    break;
  }
}
rmSync(folder, { recursive: true, force: true });

/** @returns what went wrong, with the bytes that did it */
async function fuzz(reader) {
  const { name, file, read } = reader;
  const home = join(folder, name.replaceAll(/\W/g, "-"));
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  let [done, refused, slowest] = [0, 0, 0];
  const begun = performance.now();
  const property = fc.asyncProperty(await casesOf(reader), async (bytes) => {
    if (done++ % 50 === 0) say({ event: "case", reader: name, done });
    writeFileSync(path, bytes);
    const start = performance.now();
    try {
      await read(path, home);
    } catch (error) {
      if (!isHistobookError(error)) throw error;
      requireSentence(error);
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
    if (peak() > mostMemory) throw new Error(`${Math.round(peak())} MB of memory`);
  });
  const result = await fc.check(property, {
    numRuns: Number(cases),
    seed: Number(seed),
    endOnFailure: false,
  });
  if (result.failed) {
    const bytes = result.counterexample[0];
    const stack = String(result.errorInstance?.stack ?? result.errorInstance);
    return { stack, bytes: bytes.toString("base64").slice(0, 4000), length: bytes.length };
  }
  const seconds = (performance.now() - begun) / 1000;
  say({ event: "result", reader: name, cases: result.numRuns, refused, seconds, slowest, memory: peak() });
  return undefined;
}

/** An error must be one sentence in the project's format, however hostile the file; its advice may list things, a line each. */
function requireSentence({ message }) {
  if (!/^[^\p{Cc}]+: found [^\p{Cc}]+, expected [^\p{Cc}]+; (?:[^\p{Cc}]|\n {2}(?=\S))+\.$/u.test(message))
    throw new Error(`not one sentence: ${JSON.stringify(message.slice(0, 500))}`);
  if (message.length > 10_000) throw new Error(`a sentence of ${message.length} characters`);
}
