import { join, resolve } from "node:path";
import { filterNet } from "../caffe/index.js";
import { isDataLayer } from "../engine/index.js";
import { databaseName, meanName, scaleOfModel, type Study } from "../study/index.js";
import type { FoldRun } from "./foldRun.js";
import { batchParameter } from "./source.js";
import type { SolverNetwork } from "./solverNetworks.js";

/** From this share of one class on, a database is called imbalanced. */
const mostOfOneClass = 0.8;

/**
 * What can be seen before a fold is trained and commonly means that the result will be worth less than it looks: an
 * imbalanced database, a database or mean image of another fold, first weights that were learned at another scale.
 *
 * @param weights the .caffemodel to start from
 * @returns sentences
 */
export function foldWarnings({ directory }: Study, run: FoldRun, weights: string | undefined): string[] {
  return [
    ...imbalance(run),
    ...foreignFiles(directory, run, "train", run.networks.train),
    ...(run.networks.test ? foreignFiles(directory, run, "test", run.networks.test) : []),
    ...(weights === undefined ? [] : otherScale(run, weights)),
  ];
}

function imbalance({ fold, database }: FoldRun): string[] {
  const { byClass, count } = database.train;
  const share = Math.max(...byClass) / Math.max(1, count);
  if (share < mostOfOneClass) return [];
  const percent = Math.round(100 * share);
  return [
    `${databaseName("train", fold)}: ${percent} % of the patches are of one class, and a network that always answers ` +
      "it is right as often; compare the accuracy with that, or choose other --edge-ratio and --background-ratio in step 1.",
  ];
}

/** A prototxt that was copied from another fold and not edited everywhere learns from the patients that it is tested on. */
function foreignFiles(
  directory: string,
  { fold, database, workingDirectory }: FoldRun,
  side: "train" | "test",
  { net, use, name }: SolverNetwork,
): string[] {
  const layer = filterNet(net, use).layer.find(isDataLayer);
  const parameter = layer && batchParameter(layer);
  const named = {
    source: parameter?.$typeName === "caffe.DataParameter" ? parameter.source : "",
    mean_file: layer?.transformParam?.meanFile ?? "",
  };
  const own = { source: databaseName(side, fold), mean_file: meanName(database.size, fold) };
  return (["source", "mean_file"] as const).flatMap((field) => {
    const path = named[field];
    if (path === "" || resolve(workingDirectory, path) === join(resolve(directory), own[field])) return [];
    return [
      `${name ?? "the solver"}: '${path}' is not fold ${fold}'s own ${own[field]}; ` +
        "what is measured with it may be measured on patients that the network has learned from.",
    ];
  });
}

function otherScale({ database }: FoldRun, weights: string): string[] {
  const scales = weights.split(",").map((file) => ({ file, scale: scaleOfModel(file) }));
  return scales
    .filter(({ scale }) => scale !== undefined && scale !== database.scale)
    .map(
      ({ file, scale }) =>
        `${file} was trained at scale ${scale}, the database was made at ${database.scale}: ` +
        "its filters know structures of another size.",
    );
}
