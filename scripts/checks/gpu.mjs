// The engines' contracts on the GPUs that are here, and then their speed.
import { join } from "node:path";
import { reportFailure, SetupFailure } from "../setup/failure.mjs";
import { setUp } from "../setup/index.mjs";
import { asOneTest, summaryLine } from "./counts.mjs";
import { runTool } from "./tool.mjs";
import { runVitest } from "./vitest.mjs";

/** Runs the tests, prints the bench's table and the summary line, and returns the exit status. */
export async function checkOnGpu() {
  let counts;
  let measured = false;
  try {
    const environment = await setUp();
    // It needs the library that the set-up has built.
    const { gpuEngines } = await import("../../bench/gpu-engines.mjs");
    const engines = gpuEngines();
    const working = engines.filter(({ works }) => works);
    if (working.length === 0) throw noGpu(engines);
    const files = working.map(({ name }) => `test/gpu/${name}.on-gpu.ts`);
    counts = await runVitest(environment, join("test", "gpu", "vitest.config.mts"), files);
    measured = await runTool("../bench/run.mjs", ["gpu", "--write-docs"]);
  } catch (error) {
    reportFailure(error);
    counts = asOneTest(false);
  }
  process.stdout.write(`\n${summaryLine(counts)}\n`);
  return counts.failed > 0 || !measured ? 1 : 0;
}

function noGpu(engines) {
  return new SetupFailure({
    subject: "bench:gpu",
    found: `no GPU that an engine can use (${engines.map(({ name, reason }) => `${name}: ${reason}`).join("; ")})`,
    expected: "an NVIDIA GPU with its driver, or a GPU with a Vulkan, Metal or Direct3D 12 driver",
    fix: "run it on a machine with a GPU",
  });
}
