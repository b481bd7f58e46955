import { readSolverState } from "../caffe/index.js";
import type { Inspection } from "./inspection.js";
import { blobLine, summarizeBlob, warningsOf } from "./values.js";

/** What a `.solverstate` holds: how far a training has come, and the solver's running values. */
export function inspectState(path: string): Inspection {
  const { iteration, learnedNet, currentStep, history } = readSolverState(path);
  const blobs = history.map(summarizeBlob);
  return {
    kind: "solver state",
    data: { iteration, learnedNet, currentStep, history: blobs },
    lines: [
      `State after ${iteration} iterations of ${learnedNet}:`,
      ...blobs.map((blob) => `  ${blobLine(blob)}`),
    ],
    warnings: blobs.flatMap((blob, index) => warningsOf(`history array ${index}`, blob)),
  };
}
