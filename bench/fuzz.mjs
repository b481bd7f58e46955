/**
 * Fuzzing, `npm run test:fuzz`: damaged files for every reader, and hostile values for the command's options, in processes of bounded
 * memory. Each reader's last result is kept in bench/results/fuzz.json, so that the table can be filled a few readers at a time.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readers } from "../test/fuzz/readers.mjs";
import { fuzzReaders } from "../test/fuzz/run.mjs";

export const title = "Readers that are handed damaged files";
export const document = "reliability.md";
/** Takes an hour. */
export const onlyByName = true;

export const options = {
  /** How many files, or command lines, each reader is handed. */
  cases: { type: "string", default: "10000" },
  seed: { type: "string", default: "1" },
  /** Names of readers with `;` between them; all by default. */
  readers: { type: "string", default: "" },
  /** Fuzzes nothing: the table of what is there. */
  tabulate: { type: "boolean", default: false },
};

const file = join(import.meta.dirname, "results", "fuzz.json");
const names = readers.map(({ name }) => name);

export async function rows(log, { cases, seed, readers: wanted, tabulate }) {
  const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const chosen = tabulate ? [] : wanted === "" ? names : wanted.split(";");
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`no reader is called '${unknown}'; there are ${names.join(", ")}`);
  for (const name of chosen) {
    results[name] = await fuzzed(name, { cases: Number(cases), seed: Number(seed) }, log);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(results, null, 2) + "\n");
  }
  return names
    .filter((name) => results[name])
    .map((reader) => ({ name: "fuzz", reader, ...results[reader] }));
}

/** One reader in a process of its own, whose memory is then the reader's. */
async function fuzzed(name, { cases, seed }, log) {
  let handed = 0;
  const onEvent = ({ done = handed }) => (handed = done);
  const { results, failures } = await fuzzReaders([name], { cases, seed, onEvent });
  for (const { failure } of failures) {
    process.exitCode = 1;
    log(`${name}: ${JSON.stringify(failure, null, 1)}`);
  }
  const hangs = failures.filter(({ hung }) => hung).length;
  const [result] = results;
  const row = {
    ...{ cases: result?.cases ?? handed, refused: result?.refused ?? null, seed },
    ...{ crashes: failures.length - hangs, hangs },
    slowest: result ? Math.round(result.slowest) : null,
    memory: result ? Math.round(result.memory) : null,
  };
  log(`${name}: ${row.cases} cases, ${row.refused} refused, ${failures.length > 0 ? "FAILED" : "well"}`);
  return row;
}

export function table(rows) {
  const line = (cells) => `| ${cells.map((cell) => cell ?? "-").join(" | ")} |`;
  const sum = (column) => rows.reduce((all, row) => all + row[column], 0);
  return [
    line(["reader", "cases", "refused", "crashes", "hangs", "slowest case, ms", "MB at the highest"]),
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map((row) =>
      line(
        ["reader", "cases", "refused", "crashes", "hangs", "slowest", "memory"].map((column) => row[column]),
      ),
    ),
    line(["all", ...["cases", "refused", "crashes", "hangs"].map(sum), "", ""]),
    "",
    "A case is a real file with one to four changes (bytes, lengths, words, parts cut out or repeated; in JSON also values of another kind)," +
      " or a command line with one to three options of hostile values. _Refused_ counts the cases that ended with one sentence; the others" +
      " were read, and what reads in JupyterLab shows its sentence itself. A crash is any other end: an error that was not foreseen," +
      " a stack, more than 1,000 MB. A hang is five minutes without a word. The memory is the whole process's, Node and libraries" +
      " included. The machine was busy with other work.",
  ].join("\n");
}
