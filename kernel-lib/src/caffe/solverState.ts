import { create, toBinary } from "@bufbuild/protobuf";
import { decodeBlob, encodeBlob, type Blob } from "./blob.js";
import { SolverStateSchema } from "./generated/caffe_pb.js";
import { damaged, decodeMessage } from "./protobuf.js";

/** Where a training stands, so that it can go on. */
export interface SolverState {
  /** Iterations done. */
  iteration: number;
  /** The model file of the same moment, as the solver's prefix names it (relative to the working directory). */
  learnedNet: string;
  /** How often the learning rate has been lowered, in the policies "step" and "multistep". */
  currentStep: number;
  /**
   * The solver's running values (AdaGrad: sums of squared gradients), one array a weight array in the order of
   * the layers; AdaDelta and Adam have a second array of each behind them all.
   */
  history: Blob[];
}

export const stateFile = "a Caffe solver state (.solverstate)";

/**
 * Decodes a solver state.
 *
 * @param subject what an error names, e.g. the file
 * @throws HistobookError `BadInput` when the bytes are no sound solver state, `Unsupported` for HDF5.
 *
 * @example
 * const bytes = encodeSolverState({ iteration: 10, learnedNet: "run_iter_10.caffemodel", currentStep: 0, history: [] });
 * decodeSolverState(bytes, "example").iteration; // => 10
 */
export function decodeSolverState(bytes: Uint8Array, subject: string): SolverState {
  const { iter, learnedNet, currentStep, history } = decodeMessage(
    SolverStateSchema,
    bytes,
    subject,
    stateFile,
    "models",
  );
  if (iter < 0 || currentStep < 0)
    throw damaged("models", subject, `iteration ${iter}, step ${currentStep}`, "counts from 0 on");
  if (bytes.length === 0) throw damaged("models", subject, "an empty file", stateFile);
  return {
    iteration: iter,
    learnedNet,
    currentStep,
    history: history.map((proto, index) => decodeBlob(proto, `${subject}, history array ${index}`)),
  };
}

/**
 * Encodes a solver state as Caffe writes it.
 *
 * @throws HistobookError `BadInput` when an array's shape doesn't fit its values.
 *
 * @example
 * encodeSolverState(readSolverState("test/fixtures/caffe/d/run_iter_10.solverstate")).length; // => 580386
 */
export function encodeSolverState({ iteration, learnedNet, currentStep, history }: SolverState): Uint8Array {
  return toBinary(
    SolverStateSchema,
    create(SolverStateSchema, { iter: iteration, learnedNet, currentStep, history: history.map(encodeBlob) }),
  );
}
