import type { SolverParameter } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";

/** What a learning rate depends on: the fields of a solver's prototxt. */
export type RatePolicy = Pick<
  SolverParameter,
  "baseLr" | "lrPolicy" | "gamma" | "power" | "stepsize" | "stepvalue" | "maxIter"
>;

/**
 * The learning rate of an iteration (counted from 0) by Caffe's policies: fixed, step, exp, inv, multistep, poly,
 * sigmoid.
 *
 * @throws HistobookError `Unsupported` for another policy.
 * @example
 * learningRate({ baseLr: 0.1, lrPolicy: "step", gamma: 0.5, power: 0, stepsize: 10, stepvalue: [], maxIter: 100 }, 25);
 * // => 0.025
 */
export function learningRate(policy: RatePolicy, iteration: number): number {
  const { baseLr, gamma, power } = policy;
  switch (policy.lrPolicy) {
    case "fixed":
      return baseLr;
    case "step":
      return baseLr * gamma ** Math.floor(iteration / policy.stepsize);
    case "exp":
      return baseLr * gamma ** iteration;
    case "inv":
      return baseLr * (1 + gamma * iteration) ** -power;
    case "multistep":
      return baseLr * gamma ** policy.stepvalue.filter((step) => iteration >= step).length;
    case "poly":
      return baseLr * (1 - iteration / policy.maxIter) ** power;
    case "sigmoid":
      return baseLr / (1 + Math.exp(-gamma * (iteration - policy.stepsize)));
    default:
      throw unknownPolicy(policy, "solver");
  }
}

const policies = ["fixed", "step", "exp", "inv", "multistep", "poly", "sigmoid"];

/**
 * Looks before a training begins whether its policy is one of Caffe's.
 *
 * @param subject the solver, as an error names it
 * @throws HistobookError `Unsupported`.
 */
export function checkPolicy(policy: Pick<RatePolicy, "lrPolicy">, subject: string): void {
  if (!policies.includes(policy.lrPolicy)) throw unknownPolicy(policy, subject);
}

function unknownPolicy({ lrPolicy }: Pick<RatePolicy, "lrPolicy">, subject: string): HistobookError {
  return new HistobookError("Unsupported", {
    subject,
    found: `lr_policy "${lrPolicy}"`,
    expected: policies.join(", "),
    fix: "change the solver's prototxt",
  });
}
