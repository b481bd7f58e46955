/** Fuzzes readers in child processes whose memory is bounded, and ends one that is silent for too long. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** MB of JavaScript objects that a child may have. */
const heap = 512;
/** Milliseconds without a word after which a reader hangs: fifty cases take some seconds on a slow machine. */
const patience = 300_000;

/** What became of some readers. */
export async function fuzzReaders(names, { cases, seed, onEvent = () => {} }) {
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heap}`,
      join(import.meta.dirname, "child.mjs"),
      String(cases),
      String(seed),
      ...names,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const results = [];
  const failures = [];
  let last = "";
  let errors = "";
  let silent = false;
  const stop = () => {
    silent = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(stop, patience);
  child.stderr.on("data", (text) => (errors = (errors + String(text)).slice(-5000)));
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    clearTimeout(timer);
    timer = setTimeout(stop, patience);
    const event = JSON.parse(line);
    last = event.reader;
    if (event.event === "result") results.push(event);
    if (event.event === "failure") failures.push(event);
    onEvent(event);
  });
  const [status, signal] = await new Promise((resolve) => child.once("close", (...ended) => resolve(ended)));
  clearTimeout(timer);
  if (status !== 0 && failures.length === 0) {
    const words = silent ? `no word for ${patience / 1000} s` : `the process ended with ${signal ?? status}`;
    failures.push({ reader: last, hung: silent, failure: { stack: `${words}\n${errors}` } });
  }
  return { results, failures };
}
