import { basename } from "node:path";
import { validationName, type Series, type TrainingRun } from "../payloads/index.js";
import type { LogEntry } from "../training/index.js";
import { thinSeries } from "./thinSeries.js";

/** The numbers of one training run as they come in, all of them. */
export class RunCurve {
  engine: string | null = null;
  /** Where it was computed, when it comes from a recording. */
  recorded: string | undefined;
  /** Patches an iteration. */
  batch = 0;
  iterations = 0;
  done = 0;
  private loss = emptySeries();
  private learningRate = emptySeries();
  private speed = emptySeries();
  private tests = new Map<string, Series>();
  private snapshot: TrainingRun["snapshot"] = null;

  constructor(readonly name: string) {}

  /** Takes a line of the run's log. */
  add(entry: LogEntry): void {
    switch (entry.kind) {
      case "run":
        this.engine = entry.engine;
        this.recorded = entry.recorded;
        this.batch = entry.batch;
        this.iterations = entry.iterations;
        return;
      case "loss":
        append(this.loss, entry.iteration, entry.loss);
        append(this.learningRate, entry.iteration, entry.learningRate);
        this.reach(entry.iteration + 1);
        return;
      case "test":
      case "validation":
        for (const [output, value] of Object.entries(entry.outputs)) {
          const name = entry.kind === "test" ? output : validationName(output);
          const series = this.tests.get(name) ?? emptySeries();
          append(series, entry.iteration, value);
          this.tests.set(name, series);
        }
        this.reach(entry.iteration);
        return;
      case "snapshot":
        this.snapshot = { iteration: entry.iteration, file: basename(entry.state) };
        this.reach(entry.iteration);
    }
  }

  /** The run has done so many iterations. */
  reach(done: number): void {
    this.done = Math.max(this.done, done);
  }

  /** How fast the run is at an iteration, in patches a second. */
  addSpeed(iteration: number, speed: number): void {
    append(this.speed, iteration, speed);
  }

  /** Whether there is anything to draw. */
  get isEmpty(): boolean {
    return this.loss.values.length === 0 && this.tests.size === 0;
  }

  /** The run as the payload has it, its lines thinned to about so many points together. */
  payload(points: number): TrainingRun {
    const thin = (series: Series, share: number): Series =>
      rounded(thinSeries(series, Math.max(5, Math.floor(points * share))));
    return {
      name: this.name,
      done: this.done,
      iterations: this.iterations,
      loss: thin(this.loss, 0.5),
      learningRate: thin(this.learningRate, 0.1),
      speed: thin(this.speed, 0.1),
      tests: [...this.tests].map(([output, series]) => ({
        output,
        series: thin(series, 0.3 / this.tests.size),
      })),
      snapshot: this.snapshot,
    };
  }
}

function emptySeries(): Series {
  return { iterations: [], values: [] };
}

function append({ iterations, values }: Series, iteration: number, value: number): void {
  iterations.push(iteration);
  values.push(Number.isFinite(value) ? value : null);
}

/** A copy, which what comes in later does not reach; five digits are more than a screen can show. */
function rounded({ iterations, values }: Series): Series {
  return {
    iterations: [...iterations],
    values: values.map((value) => value && Number(value.toPrecision(5))),
  };
}
