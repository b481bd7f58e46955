/**
 * How far histobook's numbers are from real Caffe's: the figures of the golden tests, which hold each to a limit; those
 * beside the real Caffe too, where it is built (HISTOBOOK_CAFFE, or .caffe/).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caffeFolder } from "../scripts/caffe.mjs";
import { trapRows, trapTable } from "./fidelity-traps.mjs";

export const title = "The numbers";
export const document = "fidelity.md";

const repository = join(import.meta.dirname, "..");
/** The order in which the figures stand; a group's name may say more. */
const groups = ["Forward", "Map", "Layers", "Training", "Solvers", "Beside", "Hand-over", "Exported"];
const placeOf = ({ group }) => groups.findIndex((name) => group.startsWith(name));

const goldenTests = ["test/engine", "test/training", "test/output/golden", "test/export"];

export async function rows(log) {
  const folder = mkdtempSync(join(tmpdir(), "histobook-figures-"));
  try {
    const file = join(folder, "figures.jsonl");
    runTests(join("test", "vitest.config.mts"), goldenTests, { HISTOBOOK_FIGURES: file }, log);
    const caffe = caffeFolder();
    if (caffe) {
      const variables = { HISTOBOOK_FIGURES: file, HISTOBOOK_CAFFE: caffe };
      runTests(join("test", "real-caffe", "vitest.config.mts"), [], variables, log);
    } else log("fidelity: no built Caffe (HISTOBOOK_CAFFE), so only the golden files are compared with");
    const figures = largestOfEach(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    return [...figures, ...(await trapRows(folder, log))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runTests(config, filters, variables, log) {
  log(`fidelity: tests of ${filters.join(", ") || config}`);
  const vitest = join(repository, "node_modules", "vitest", "vitest.mjs");
  const { status, stdout } = spawnSync(process.execPath, [vitest, "run", "--config", config, ...filters], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, ...variables },
  });
  if (status !== 0) throw new Error(`bench: tests failed:\n${stdout.slice(-3000)}`);
}

/** Several tests may measure the same thing, e.g. on two images. */
function largestOfEach(figures) {
  const largest = new Map();
  for (const figure of figures) {
    const key = `${figure.group} ${figure.what}`;
    if (!largest.has(key) || figure.found > largest.get(key).found) largest.set(key, figure);
  }
  return [...largest.values()]
    .sort((a, b) => placeOf(a) - placeOf(b) || a.what.localeCompare(b.what, "en", { numeric: true }))
    .map(({ group, what, found, limit }) => ({ name: what, group, peer: "caffe", ours: found, limit }));
}

export function table(rows) {
  const figures = rows.filter(({ trap }) => trap === undefined);
  const shared = existsSync(join(repository, "..", "shared", "caffe"));
  const shown = (value) => (value === 0 ? "0" : value.toExponential(1).replace(".0e", "e"));
  return [
    "Each figure is the largest difference from real Caffe that a test found, and the test fails above the limit.",
    ...(shared ? [] : ["Without ../shared/caffe: the author's models are left out."]),
    "",
    "| what | compared | largest difference | limit |",
    "| --- | --- | ---: | ---: |",
    ...figures.map(
      ({ group, name, ours, limit }) => `| ${group} | ${name} | ${shown(ours)} | ${shown(limit)} |`,
    ),
    "",
    trapTable(rows.filter(({ trap }) => trap !== undefined)),
  ].join("\n");
}
