import { coresSet } from "../foundation/index.js";

/**
 * Makes TensorFlow's library, which is loaded afterwards, use as many threads as HISTOBOOK_CORES says; else it takes every core,
 * also in each of many learners' processes on one machine. What the environment says by TensorFlow's own variables counts.
 *
 * With another number of threads sums are added up in another order: the same seed gives the same bytes where the number is the
 * same.
 *
 * @throws HistobookError `BadOption`.
 */
export function limitThreads(): void {
  const cores = coresSet();
  if (cores === undefined) return;
  process.env.TF_NUM_INTRAOP_THREADS ??= String(cores);
  process.env.TF_NUM_INTEROP_THREADS ??= String(cores);
}
