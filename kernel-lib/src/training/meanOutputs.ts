import { setImmediate as nextTurn } from "node:timers/promises";
import type { ImageBatch, Learner } from "../engine/index.js";
import type { OpenPhase } from "./openPhase.js";

/**
 * The mean of each of a network's outputs over some batches; undefined when it was interrupted: a test of many batches is not waited
 * for, since a resumed run does it again, as the first thing.
 *
 * @param next the batch of a number
 */
export async function meanOutputs(
  learner: Learner,
  { plan, feed }: Pick<OpenPhase, "plan" | "feed">,
  count: number,
  next: (index: number) => ImageBatch | Promise<ImageBatch>,
  signal: AbortSignal | undefined,
): Promise<Record<string, number> | undefined> {
  const sums = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    if (signal?.aborted) return undefined;
    await nextTurn();
    for (const [name, value] of await learner.test(plan, feed.transformation, await next(i)))
      sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return Object.fromEntries([...sums].map(([name, sum]) => [name, sum / count]));
}
