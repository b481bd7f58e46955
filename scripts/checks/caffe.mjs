// The tests that need the real Caffe: set-up, Caffe where it is asked for, then test/real-caffe.
import { join } from "node:path";
import { buildCaffe, caffeFolder, noCaffe } from "../caffe.mjs";
import { reportFailure } from "../setup/failure.mjs";
import { setUp } from "../setup/index.mjs";
import { asOneTest, summaryLine } from "./counts.mjs";
import { runVitest } from "./vitest.mjs";

/** Runs them, prints the summary line and returns the exit status; `--build` builds Caffe first. */
export async function checkBesideCaffe(args) {
  let counts;
  try {
    const environment = await setUp();
    const folder = caffeFolder() ?? (args.includes("--build") ? await buildCaffe() : undefined);
    if (!folder) throw noCaffe();
    const others = args.filter((arg) => arg !== "--build");
    const config = join("test", "real-caffe", "vitest.config.mts");
    counts = await runVitest(environment, config, others, { HISTOBOOK_CAFFE: folder });
  } catch (error) {
    reportFailure(error);
    counts = asOneTest(false);
  }
  process.stdout.write(`\n${summaryLine(counts)}\n`);
  return counts.failed > 0 ? 1 : 0;
}
