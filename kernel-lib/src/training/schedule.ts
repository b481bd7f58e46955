import type { SolverParameter } from "../caffe/index.js";
import { learningRate } from "./learningRate.js";

/** The ways for a learning rate to go that Caffe has not. */
export const scheduleNames = ["cosine", "one-cycle"] as const;

/** See `scheduledRate`. */
export type ScheduleName = (typeof scheduleNames)[number];

/** One cycle: the share of the iterations in which the rate rises, and what it begins and ends at. */
const oneCycle = { rise: 0.3, first: 1 / 25, last: 1 / 250_000 };

/**
 * The learning rate of an iteration (counted from 0): the solver's own policy, or a schedule in its place.
 *
 * - `cosine`: from base_lr down to 0 along half a cosine (Loshchilov and Hutter, ICLR 2017, without restarts).
 * - `one-cycle`: from base_lr / 25 up to base_lr over the first 30 % of the iterations, then down to base_lr / 250,000,
 *   both along half a cosine (Smith and Topin 2018, with the shape of PyTorch's OneCycleLR; the momentum stays).
 * - `warmUp`: multiplies whichever it is, rising in a line to 1 (Goyal et al. 2017).
 *
 * @throws HistobookError `Unsupported` for a policy that Caffe doesn't have.
 * @example
 * const solver = { baseLr: 0.1, lrPolicy: "fixed", gamma: 0, power: 0, stepsize: 0, stepvalue: [], maxIter: 100 };
 * [0, 50, 75].map((iteration) => Number(scheduledRate(solver, { schedule: "cosine" }, iteration).toFixed(4)));
 * // => [0.1, 0.05, 0.0146]
 */
export function scheduledRate(
  solver: Pick<
    SolverParameter,
    "baseLr" | "lrPolicy" | "gamma" | "power" | "stepsize" | "stepvalue" | "maxIter"
  >,
  { schedule, warmUp = 0 }: { schedule?: ScheduleName; warmUp?: number },
  iteration: number,
): number {
  const rising = Math.min(1, (iteration + 1) / Math.max(1, warmUp));
  return rising * rateOf(solver, schedule, iteration);
}

function rateOf(
  solver: Parameters<typeof scheduledRate>[0],
  schedule: ScheduleName | undefined,
  iteration: number,
): number {
  const { baseLr, maxIter } = solver;
  if (schedule === undefined) return learningRate(solver, iteration);
  if (schedule === "cosine") return along(baseLr, 0, iteration / maxIter);
  const top = oneCycle.rise * maxIter;
  return iteration < top
    ? along(oneCycle.first * baseLr, baseLr, iteration / top)
    : along(baseLr, oneCycle.last * baseLr, (iteration - top) / (maxIter - top));
}

/** From one value to another along half a cosine. */
function along(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
