/**
 * Training and window inference on this machine's GPU, beside TensorFlow on its processor, and how long the tutorial's
 * 600,000 iterations take.
 */
import { join } from "node:path";
import { gpuEngines } from "./gpu-engines.mjs";
import { rounded } from "./timing.mjs";
import { startWorker } from "./worker.mjs";

export const title = "On a GPU";
export const document = "performance.md";
/** An ordinary machine lacks what it measures. */
export const onlyByName = true;

const rounds = 3;
const seconds = 5;
const counts = { training: 128, inference: 512 };
/** Iterations of the tutorial's fold, in its batches of 128. */
const iterations = 600_000;

export async function rows(log) {
  const engines = gpuEngines().filter(({ works }) => works);
  if (engines.length === 0)
    throw new Error("bench: gpu: found no GPU that an engine can use; run it where there is one");
  const start = (name) =>
    startWorker(process.execPath, [join(import.meta.dirname, "training-worker.mjs"), name]);
  const found = [];
  for (const { name, description } of engines) {
    // Measured in turn: the one that waits holds no core.
    const sides = { ours: await start(name), theirs: await start("tensorflow") };
    for (const [row, count] of Object.entries(counts)) {
      const best = { ours: Infinity, theirs: Infinity };
      for (let round = 1; round <= rounds; round++) {
        for (const [key, side] of Object.entries(sides)) {
          const answer = await side.ask({ name: row, count, seconds });
          best[key] = Math.min(best[key], answer.seconds[0]);
          log(`gpu: round ${round}, ${row}, ${side.ready}: ${(1000 * answer.seconds[0]).toFixed(2)} ms`);
        }
      }
      found.push({
        name: row,
        peer: sides.theirs.ready,
        unit: "patches/s",
        engine: description,
        batch: count,
        ours: rounded(count / best.ours),
        theirs: rounded(count / best.theirs),
        ratio: rounded(best.theirs / best.ours),
        hours: row === "training" ? rounded((iterations * best.ours) / 3600) : null,
      });
    }
    sides.ours.end();
    sides.theirs.end();
  }
  return found;
}

export function table(rows) {
  const lines = rows.map(
    ({ name, engine, batch, ours, theirs, ratio, hours }) =>
      `| ${name} | ${engine} | ${batch} | ${ours} | ${theirs} | ${ratio} | ${hours === null ? "" : `${hours} h`} |`,
  );
  return [
    "| row | engine | batch | patches/s | the same on the processor | ratio | 600,000 iterations |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
    `The processor: ${rows[0].peer}. ${rounds} rounds in turn of ${seconds} seconds each; figures of the fastest pass.`,
  ].join("\n");
}
