/**
 * A workshop on this machine: learners who run notebooks 0 to 3 at once through a real JupyterHub, each closing none, and how
 * much memory and time that takes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hubPrograms } from "../scripts/jupyter/hub-programs.mjs";
import { startHub } from "../scripts/jupyter/hub.mjs";
import { runNotebook } from "../scripts/jupyter/learner.mjs";
import { commandOf, processTrees, proportionalBytes } from "../scripts/jupyter/memory.mjs";
import { rounded } from "./timing.mjs";

export const title = "What a learner takes";
export const document = "teaching.md";
/** Takes many minutes and much memory: it runs when it is named, and not with all the others. */
export const onlyByName = true;

export const options = {
  learners: { type: "string", default: "12" },
  notebooks: {
    type: "string",
    default: "0-start-here,1-patch-extraction,2-cross-validation,3-databases",
  },
  cores: { type: "string" },
};

/** Milliseconds between two looks at the memory, which itself takes some time of the processor. */
const interval = 10_000;

export async function rows(log, values) {
  const programs = await hubPrograms();
  const folder = mkdtempSync(join(tmpdir(), "histobook-workshop-"));
  const names = Array.from({ length: Number(values.learners) }, (_, i) => `learner${i + 1}`);
  const notebooks = values.notebooks.split(",");
  const variables = values.cores === undefined ? {} : { HISTOBOOK_CORES: values.cores };
  const hub = await startHub(programs, folder, variables);
  try {
    const begin = performance.now();
    const seconds = () => (performance.now() - begin) / 1000;
    const learners = await Promise.all(names.map((name) => hub.learner(name)));
    log(`workshop: ${learners.length} servers are there after ${Math.round(seconds())} s`);
    const watch = watchMemory(learners, log, seconds);
    const runs = learners.map(async ({ name, server }) => {
      for (const notebook of notebooks) {
        await runNotebook(server, `${notebook}.ipynb`);
        log(`workshop: ${name} has run ${notebook}, ${Math.round(seconds())} s`);
      }
      return seconds();
    });
    for (const [i, run] of runs.entries())
      run.catch((error) => log(`workshop: ${names[i]} was stopped: ${error.message}\n${hub.lastWords}`));
    const ends = await Promise.all(runs);
    const { largest, together, server, kernel } = watch.end();
    return [
      {
        name: "workshop",
        learners: learners.length,
        notebooks,
        cores: values.cores ?? "all",
        minutes: rounded(Math.max(...ends) / 60),
        firstMinutes: rounded(Math.min(...ends) / 60),
        togetherBytes: together,
        largestBytes: largest,
        serverBytes: server,
        kernelBytes: kernel,
      },
    ];
  } finally {
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function table([row]) {
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);
  const megabytes = (bytes) => Math.round(bytes / 1e6);
  const facts = [
    ["learners at once", row.learners],
    ["cores a learner's processes may use (HISTOBOOK_CORES)", row.cores],
    ["minutes until the first and the last had run all", `${row.firstMinutes} and ${row.minutes}`],
    ["memory of all together at most, GB", gigabytes(row.togetherBytes)],
    ["a learner then, on average, GB", gigabytes(row.togetherBytes / row.learners)],
    ["the learner who took most, GB", gigabytes(row.largestBytes)],
    ["of it, at the end: the learner's Jupyter server, MB", megabytes(row.serverBytes)],
    ["each of the learner's open kernels, MB", megabytes(row.kernelBytes)],
  ];
  return [
    "| what | measured |",
    "| --- | ---: |",
    ...facts.map((fact) => `| ${fact.join(" | ")} |`),
    "",
    `Each learner ran ${row.notebooks.join(", ")} one after the other, as committed, through JupyterHub's own addresses, and closed no` +
      " notebook, so that all kernels stayed. Memory is proportional (PSS): what processes share is shared out among them; it was" +
      " looked at every ten seconds. The machine was busy with other work.",
  ].join("\n");
}

/** Looks now and then at what each learner's server, kernels and their children take. */
function watchMemory(learners, log, seconds) {
  let largest = 0;
  let together = 0;
  const look = () => {
    const trees = processTrees(learners.map(({ pid }) => pid));
    const bytes = trees.map((tree) => tree.reduce((sum, pid) => sum + proportionalBytes(pid), 0));
    const sum = bytes.reduce((one, other) => one + other, 0);
    largest = Math.max(largest, ...bytes);
    together = Math.max(together, sum);
    log(
      `workshop: ${Math.round(seconds())} s, ${rounded(sum / 1e9)} GB in ${trees.flat().length} processes, ` +
        `one learner ${Math.round(Math.max(...bytes) / 1e6)} MB`,
    );
  };
  const timer = setInterval(look, interval);
  return {
    end() {
      clearInterval(timer);
      look();
      const mean = (pids) =>
        pids.reduce((sum, pid) => sum + proportionalBytes(pid), 0) / Math.max(1, pids.length);
      const all = processTrees(learners.map(({ pid }) => pid)).flat();
      return {
        largest,
        together,
        server: mean(learners.map(({ pid }) => pid)),
        kernel: mean(all.filter((pid) => commandOf(pid).includes("kernel.js"))),
      };
    },
  };
}
