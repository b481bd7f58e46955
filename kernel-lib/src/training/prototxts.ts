import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fillTemplate } from "../caffe/index.js";
import { makeFolder, writeWholeFile } from "../foundation/index.js";
import { deployName, snapshotPrefix, solverName, trainingNetName } from "../study/index.js";
import type { Overrides } from "./options.js";
import { deployNetTemplate, solverTemplate, testBatch, trainingNetTemplate } from "./templates.js";

/** What a fold's prototxts are written from. */
export interface FoldPrototxts {
  fold: number;
  /** Side of a patch in pixels. */
  size: number;
  testPatches: number;
  overrides: Overrides;
}

/**
 * Writes a fold's solver and network and the deploy network into models/, with the tutorial's names (step 4: "set up
 * files"). Files that are there already are left as they are: they are the reader's to edit.
 *
 * @returns the files written now, relative to the study
 */
export function writeFoldPrototxts(
  directory: string,
  { fold, size, testPatches, overrides }: FoldPrototxts,
): string[] {
  const { iterations = 600_000, batch = 128, snapshotEvery = 10_000, learningRate = 0.001 } = overrides;
  const net = trainingNetName(size, fold);
  const texts: [file: string, text: () => string][] = [
    [
      solverName(fold),
      () =>
        solverTemplate({
          net: basename(net),
          snapshotPrefix: snapshotPrefix(size, fold),
          // As the tutorial says: the number of test patches / 128.
          testIterations: Math.max(1, Math.floor(testPatches / testBatch)),
          // A short run is tested and displayed more often than the tutorial's every 1000 iterations.
          testEvery: Math.min(1000, Math.max(1, Math.floor(iterations / 4))),
          displayEvery: Math.min(1000, Math.max(1, Math.floor(iterations / 50))),
          iterations,
          snapshotEvery: Math.min(snapshotEvery, iterations),
          learningRate,
        }),
    ],
    [net, () => fillTemplate(trainingNetTemplate({ size, batch }), { kfoldi: fold })],
    [deployName, () => deployNetTemplate({ size })],
  ];
  makeFolder(join(directory, "models"));
  const missing = texts.filter(([file]) => !existsSync(join(directory, file)));
  for (const [file, text] of missing) writeWholeFile(join(directory, file), text());
  return missing.map(([file]) => file);
}
