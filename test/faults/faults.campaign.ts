/** `npm run test:faults`: all steps in turn, round after round, until all rounds are done or the time is over. */
import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildFaultyDisk } from "./faultyDisk.js";
import { breakOf, type Kind } from "./plan.js";
import { steps, type Step } from "./steps.js";
import { tryOnce } from "./trial.js";
import { calmSteps } from "./work.js";

/** What `bench/faults.mjs` asks for. */
interface Wanted {
  /** Gets one JSON object a line. */
  file: string;
  /** Trials that an earlier run has made, as `name` says them. */
  made: string[];
  seed: number;
  minutes: number;
  /** How many trials at the same time. */
  atOnce: number;
  /** How often each step is broken in each way. */
  rounds: Record<Kind, number>;
  /** Names of steps; all of them when empty. */
  steps: string[];
}

const wanted = JSON.parse(process.env.HISTOBOOK_FAULTS ?? "null") as Wanted | null;

test.skipIf(wanted === null)("the campaign", async () => {
  const { file, minutes, atOnce, steps: names } = wanted!;
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
  const coming = plannedTrials(chosen, wanted!);
  const worker = async (): Promise<void> => {
    for (const { step, kind, turn, count, round, name } of coming) {
      if (performance.now() > end) return;
      const { from, result } = calm.of(step);
      const what = breakOf(kind, turn, count, result, wanted!.seed, step.name);
      if (what === undefined) continue;
      const { ending, problems, seconds } = await tryOnce(step, result, from, what, disk);
      write({ name, step: step.name, kind, ending, problems, seconds: Number(seconds.toFixed(2)) });
      for (const problem of problems) {
        failures.push(problem);
        tell(`${step.name}, ${kind}, ${JSON.stringify(what)}: ${problem}`);
      }
      if (step === chosen.at(-1) && kind === "kill -9") tell(`round ${round + 1}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  expect(failures).toEqual([]);
});

interface PlannedTrial {
  step: Step;
  kind: Kind;
  /** Which one of its kind, and of how many. */
  turn: number;
  count: number;
  round: number;
  name: string;
}

/** All trials that are not yet made, in an order in which whichever is the last, those up to it are spread over everything. */
function* plannedTrials(
  chosen: readonly Step[],
  { rounds, seed, made }: Pick<Wanted, "rounds" | "seed" | "made">,
): Generator<PlannedTrial> {
  const known = new Set(made);
  const most = Math.max(...Object.values(rounds));
  for (let round = 0; round < most; round++) {
    for (const step of chosen) {
      for (const [kind, count] of Object.entries(rounds) as [Kind, number][]) {
        // The rarer kinds are spread over the rounds.
        const place = Math.floor(((round + 1) * count) / most) - 1;
        if (place === Math.floor((round * count) / most) - 1) continue;
        const turn = spread(place, count);
        const name = `${seed}: ${step.name}, ${kind}, ${turn} of ${count}`;
        if (!known.has(name)) yield { step, kind, turn, count, round, name };
      }
    }
  }
}

/** The numbers below `count` in another order, whose first ones are spread over all: in steps of the golden section. */
function spread(turn: number, count: number): number {
  let step = Math.max(1, Math.round(count * 0.618));
  while (greatestCommonDivisor(step, count) !== 1) step++;
  return (turn * step) % count;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
