import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fillTemplate, readNetPrototxt } from "../caffe/index.js";
import { choiceOption, HistobookError, makeFolder, writeWholeFile } from "../foundation/index.js";
import { deployName, snapshotPrefix, solverName, trainingNetName } from "../study/index.js";
import { networkNames, networkTitles, type NetworkName } from "./networks.js";
import type { Overrides } from "./options.js";
import {
  deployNetTemplate,
  solverTemplate,
  testBatchCount,
  trainingNetTemplate,
  usualTestInterval,
} from "./templates.js";

/** What a fold's prototxts are written from. */
export interface FoldPrototxts {
  fold: number;
  /** Side of a patch in pixels. */
  size: number;
  testPatches: number;
  overrides: Overrides;
  /** Default that of the deploy network that is there, else `newNetwork`. */
  network?: NetworkName;
  /** Default the tutorial's. */
  newNetwork?: NetworkName;
}

/**
 * Writes a fold's solver and network and the deploy network into models/, with the tutorial's names (step 4: "set up
 * files"). Files that are there already are left as they are: they are the reader's to edit.
 *
 * @returns the files written now, relative to the study
 * @throws HistobookError `BadOption` when a network was asked for and another one is there.
 */
export function writeFoldPrototxts(
  directory: string,
  { fold, size, testPatches, overrides, network: wanted, newNetwork = "tutorial" }: FoldPrototxts,
): string[] {
  const { iterations = 600_000, batch = 128, snapshotEvery = 10_000, learningRate = 0.001 } = overrides;
  if (wanted !== undefined) choiceOption("--network", wanted, networkNames);
  const net = trainingNetName(size, fold);
  const network = wanted ?? networkOf(join(directory, deployName)) ?? newNetwork;
  const texts: [file: string, text: () => string][] = [
    [
      solverName(fold),
      () =>
        solverTemplate({
          net: basename(net),
          snapshotPrefix: snapshotPrefix(size, fold),
          testIterations: testBatchCount(testPatches),
          testEvery: usualTestInterval(iterations),
          // As with tests: a short run is displayed more often than the tutorial's every 1000 iterations.
          displayEvery: Math.min(1000, Math.max(1, Math.floor(iterations / 50))),
          iterations,
          snapshotEvery: Math.min(snapshotEvery, iterations),
          learningRate,
        }),
    ],
    [net, () => fillTemplate(trainingNetTemplate({ size, batch, network }), { kfoldi: fold })],
    [deployName, () => deployNetTemplate({ size, network })],
  ];
  makeFolder(join(directory, "models"));
  if (wanted !== undefined) for (const file of [net, deployName]) requireNetwork(directory, file, wanted);
  const missing = texts.filter(([file]) => !existsSync(join(directory, file)));
  for (const [file, text] of missing) writeWholeFile(join(directory, file), text());
  return missing.map(([file]) => file);
}

/** Which of our networks a prototxt holds; undefined for none, or no file. */
function networkOf(path: string): NetworkName | undefined {
  if (!existsSync(path)) return undefined;
  const { name } = readNetPrototxt(path);
  return networkNames.find((network) => networkTitles[network] === name);
}

function requireNetwork(directory: string, file: string, wanted: NetworkName): void {
  const path = join(directory, file);
  if (!existsSync(path) || networkOf(path) === wanted) return;
  throw new HistobookError("BadOption", {
    subject: `--network ${wanted}`,
    found: `${file} with network "${readNetPrototxt(path).name}"`,
    expected: `"${networkTitles[wanted]}": prototxts that are there are never overwritten`,
    fix: "leave the option out, or remove the networks' prototxts in models/ to have them written anew",
  });
}
