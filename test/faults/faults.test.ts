/**
 * Every step is broken a few times: killed, terminated, its disk filled. `npm run test:faults` does so hundreds of times.
 *
 * All begins where another step has ended, so that the undisturbed runs come first.
 */
import { beforeAll, expect, test } from "vitest";
import { buildFaultyDisk, type FaultyDisk } from "./faultyDisk.js";
import { breakOf, type Kind } from "./plan.js";
import { steps } from "./steps.js";
import { tryOnce } from "./trial.js";
import { calmSteps, type CalmSteps } from "./work.js";

let disk: FaultyDisk | undefined;
let calm: CalmSteps;
beforeAll(async () => {
  disk = buildFaultyDisk();
  calm = await calmSteps(disk, shortSteps);
}, 1_800_000);

/** The chain of all steps takes longer than all of them together here: the campaign alone breaks it. */
const shortSteps = steps.filter(({ name }) => name !== "run");

/** A step is killed, and broken in one of the other ways in turn; one that takes seconds to begin is broken in one way. */
const others: Kind[] = ["SIGTERM", "full disk", "two at once"];
const trials = shortSteps.flatMap((step, number) => {
  const other = others[number % others.length];
  const kinds: Kind[] = !step.usesEngine ? ["kill -9", other] : [number % 2 === 0 ? "kill -9" : other];
  return kinds.map((kind) => ({ step, name: step.name, kind, number }));
});

test.each(trials)(
  "$name after $kind goes on and ends with the same files",
  async ({ step, kind, number }) => {
    const { from, result } = calm.of(step);
    // Each step at another place.
    const what = breakOf(kind, number, shortSteps.length, result, 1, step.name);
    if (what === undefined) return;
    const { problems } = await tryOnce(step, result, from, what, disk);
    expect(problems, JSON.stringify(what)).toEqual([]);
  },
  600_000,
);
