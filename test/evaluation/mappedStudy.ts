/** The small study with step 5 done, for tests of what comes after it. */
import { join } from "node:path";
import { output } from "../../kernel-lib/dist/output/index.js";
import type { Study } from "../../kernel-lib/dist/study/index.js";
import { train } from "../../kernel-lib/dist/training/index.js";
import { newPreparedStudy } from "../training/smallStudy.js";

/** Four patients in two folds, each with one validation patient; every second pixel of every second row is computed. */
export async function newMappedStudy(): Promise<Study> {
  const study = await newPreparedStudy();
  await train(study, { iterations: 40, batch: 16, snapshotEvery: 40 });
  await output(study.directory, { stride: 2 });
  return study;
}

/** The path of an image's `_prob.png`. */
export function mapPath({ directory }: Study, fold: number, name: string): string {
  return join(directory, "out", String(fold), `${name}_prob.png`);
}
