import { HistobookError } from "../foundation/index.js";
import type { SolverConstants, SolverType } from "./solverType.js";
import type { Tensor, TensorFlow } from "./tensorflow.js";

/** What a solver makes of one blob's gradient: the step to be subtracted, and the blob's new history. */
export interface Update {
  step: Tensor;
  history: Tensor[];
}

/**
 * One blob's update.
 *
 * @param gradient after regularisation
 * @param history as many tensors as the rule keeps, each of the gradient's shape
 * @param rate one number: the learning rate times the blob's multiplier and the solver's `rateFactor`
 */
export type UpdateRule = (
  tf: TensorFlow,
  gradient: Tensor,
  history: Tensor[],
  rate: Tensor,
  constants: SolverConstants,
) => Update;

/** How many tensors of history a solver keeps a blob, and its rule (formulas: Caffe's sgd_solvers). */
interface SolverKind {
  historyLength: number;
  update: UpdateRule;
  /** What the learning rate is multiplied by in an iteration, which counts from 0; 1 when absent. */
  rateFactor?: (constants: SolverConstants, iteration: number) => number;
}

const sgd: UpdateRule = (tf, gradient, [velocity], rate, { momentum }) => {
  const next = tf.add(tf.mul(gradient, rate), tf.mul(velocity, momentum));
  return { step: next, history: [next] };
};

const nesterov: UpdateRule = (tf, gradient, [velocity], rate, { momentum }) => {
  const next = tf.add(tf.mul(gradient, rate), tf.mul(velocity, momentum));
  const step = tf.sub(tf.mul(next, 1 + momentum), tf.mul(velocity, momentum));
  return { step, history: [next] };
};

const adaGrad: UpdateRule = (tf, gradient, [squares], rate, { delta }) => {
  const next = tf.add(squares, tf.mul(gradient, gradient));
  const step = tf.mul(tf.div(gradient, tf.add(tf.sqrt(next), delta)), rate);
  return { step, history: [next] };
};

const rmsProp: UpdateRule = (tf, gradient, [squares], rate, { rmsDecay, delta }) => {
  const next = tf.add(tf.mul(tf.mul(gradient, gradient), 1 - rmsDecay), tf.mul(squares, rmsDecay));
  const step = tf.mul(tf.div(gradient, tf.add(tf.sqrt(next), delta)), rate);
  return { step, history: [next] };
};

const adaDelta: UpdateRule = (tf, gradient, [squares, steps], rate, { momentum, delta }) => {
  const mixed = (old: Tensor, value: Tensor): Tensor =>
    tf.add(tf.mul(old, momentum), tf.mul(tf.mul(value, value), 1 - momentum));
  const nextSquares = mixed(squares, gradient);
  const ratio = tf.sqrt(tf.div(tf.add(steps, delta), tf.add(nextSquares, delta)));
  const step = tf.mul(gradient, ratio);
  return { step: tf.mul(step, rate), history: [nextSquares, mixed(steps, step)] };
};

const adam: UpdateRule = (tf, gradient, [first, second], rate, { momentum, momentum2, delta }) => {
  const nextFirst = tf.add(tf.mul(first, momentum), tf.mul(gradient, 1 - momentum));
  const nextSecond = tf.add(tf.mul(second, momentum2), tf.mul(tf.mul(gradient, gradient), 1 - momentum2));
  const step = tf.mul(tf.div(nextFirst, tf.add(tf.sqrt(nextSecond), delta)), rate);
  return { step, history: [nextFirst, nextSecond] };
};

/** Adam's means begin at zero; this makes up for it. */
function adamFactor({ momentum, momentum2 }: SolverConstants, iteration: number): number {
  return Math.sqrt(1 - momentum2 ** (iteration + 1)) / (1 - momentum ** (iteration + 1));
}

const solverKinds: Record<SolverType, SolverKind> = {
  SGD: { historyLength: 1, update: sgd },
  Nesterov: { historyLength: 1, update: nesterov },
  AdaGrad: { historyLength: 1, update: adaGrad },
  RMSProp: { historyLength: 1, update: rmsProp },
  AdaDelta: { historyLength: 2, update: adaDelta },
  Adam: { historyLength: 2, update: adam, rateFactor: adamFactor },
};

/**
 * Finds a solver's rule by its type.
 *
 * @throws HistobookError `Unsupported` for a type that Caffe doesn't have.
 */
export function solverKind(type: string): SolverKind {
  if (Object.hasOwn(solverKinds, type)) return solverKinds[type as SolverType];
  throw new HistobookError("Unsupported", {
    subject: "solver",
    found: `type "${type}"`,
    expected: `one of ${Object.keys(solverKinds).join(", ")}`,
    fix: "change the solver's prototxt",
  });
}
