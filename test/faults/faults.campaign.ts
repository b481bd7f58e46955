/** `npm run test:faults`: all steps in turn, round after round, until all rounds are done or the time is over. */
import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildFaultyDisk } from "./faultyDisk.js";
import { breakOf, type Kind } from "./plan.js";
import { steps } from "./steps.js";
import { tryOnce } from "./trial.js";
import { calmSteps } from "./work.js";

/** What `bench/faults.mjs` asks for. */
interface Wanted {
  /** Gets one JSON object a line. */
  file: string;
  seed: number;
  minutes: number;
  /** How often each step is broken in each way. */
  rounds: Record<Kind, number>;
  /** Names of steps; all of them when empty. */
  steps: string[];
}

const wanted = JSON.parse(process.env.HISTOBOOK_FAULTS ?? "null") as Wanted | null;

test.skipIf(wanted === null)("the campaign", async () => {
  const { file, seed, minutes, rounds, steps: names } = wanted!;
  const tell = (line: string): void => void process.stderr.write(`faults: ${line}\n`);
  const write = (line: object): void => appendFileSync(file, `${JSON.stringify(line)}\n`);
  const disk = buildFaultyDisk();
  if (!disk)
    tell("no C compiler for Linux here: moments are chosen by the clock alone, and no disk is filled");
  tell("each step once, undisturbed");
  const chosen = steps.filter(({ name }) => names.length === 0 || names.includes(name));
  const calm = await calmSteps(disk, chosen);
  for (const step of chosen) {
    const { changes, seconds } = calm.of(step).result;
    write({ undisturbed: step.name, changes, seconds });
  }
  const end = performance.now() + 60_000 * minutes;
  const failures: string[] = [];
  const most = Math.max(...Object.values(rounds));
  for (let round = 0; round < most; round++) {
    for (const step of chosen) {
      for (const [kind, count] of Object.entries(rounds) as [Kind, number][]) {
        if (performance.now() > end) break;
        // The rarer kinds are spread over the rounds.
        const turn = Math.floor(((round + 1) * count) / most) - 1;
        if (turn === Math.floor((round * count) / most) - 1) continue;
        const { from, result } = calm.of(step);
        // Whichever round is the last, the moments up to it are spread over the whole step.
        const what = breakOf(kind, spread(turn, count), count, result, seed, step.name);
        if (what === undefined) continue;
        const trial = await tryOnce(step, result, from, what, disk);
        write({ kind, ...trial });
        for (const problem of trial.problems) {
          failures.push(problem);
          tell(`${step.name}, ${kind}, ${JSON.stringify(what)}: ${problem}`);
        }
      }
    }
    tell(`round ${round + 1} of ${most}`);
  }
  expect(failures).toEqual([]);
});

/** The numbers below `count` in another order, whose first ones are spread over all: in steps of the golden section. */
function spread(turn: number, count: number): number {
  let step = Math.max(1, Math.round(count * 0.618));
  while (greatestCommonDivisor(step, count) !== 1) step++;
  return (turn * step) % count;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
