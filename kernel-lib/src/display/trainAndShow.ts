import { randomUUID } from "node:crypto";
import { cellSignal, isHistobookError, type StepEvent } from "../foundation/index.js";
import type { TrainingCurvePayload } from "../payloads/index.js";
import { readManifest, type Study } from "../study/index.js";
import { train, type LogEntry, type TrainOptions, type TrainResult } from "../training/index.js";
import { display, displayInPlace } from "./display.js";
import { liveDisplay } from "./live.js";
import { loadPlotter } from "./plot.js";
import { progressDisplay } from "./progress.js";
import { RunCurve } from "./runCurve.js";
import { showTraining } from "./training.js";
import { TrainingPace } from "./trainingPace.js";
import { trainingBundle, trainingPayload } from "./trainingCurve.js";

/**
 * Trains as `train` does, and shows the curves below the cell meanwhile: loss, accuracy, learning rate, speed, the time that
 * is left. In the kernel "TypeScript (histobook)" the JupyterLab extension adds a button that stops the training as an
 * interrupt does, with a snapshot from which `resume` goes on.
 *
 * Outside of a notebook it prints a line now and then.
 *
 * @throws HistobookError as `train` does; `Interrupted` when it is stopped.
 * @example
 * const { folds } = await trainAndShow(study, { fold: 1, iterations: 2, batch: 8 });
 * folds[0].iterations; // => 2
 */
export async function trainAndShow(study: Study, options: TrainOptions = {}): Promise<TrainResult> {
  const show = displayInPlace(`histobook-training-${randomUUID()}`);
  if (!show) {
    const report = options.report ?? progressDisplay();
    const result = await train(study, { ...options, report });
    display(await showTraining(result));
    return result;
  }
  const stop = new AbortController();
  const live = liveDisplay({
    stop: () => {
      stop.abort();
      return {};
    },
  });
  const plotter = await loadPlotter();
  const planned =
    options.fold === undefined ? Object.keys(readManifest(study.directory).databases).length : 1;
  const watch = new TrainingWatch(planned, live?.id, (payload) => show(trainingBundle(payload, plotter)));
  const signals = [stop.signal, options.signal ?? cellSignal()].filter((signal) => signal !== undefined);
  try {
    const result = await train(study, {
      ...options,
      signal: AbortSignal.any(signals),
      report: (event) => {
        watch.report(event);
        options.report?.(event);
      },
      onEntry: (fold, entry) => {
        watch.take(fold, entry);
        options.onEntry?.(fold, entry);
      },
    });
    watch.end("finished");
    return result;
  } catch (error) {
    watch.end(isHistobookError(error, "Interrupted") ? "stopped" : "failed");
    throw error;
  }
}

/** Milliseconds between two pictures, at least; a picture that takes long to make comes more rarely. */
const pause = 500;
/** The share of the time that pictures may take from the training. */
const drawingShare = 0.05;

/** Follows a training and draws it now and then. */
class TrainingWatch {
  private readonly runs: RunCurve[] = [];
  private readonly notes = new Set<string>();
  private readonly pace = new TrainingPace();
  private begun = false;
  private nextDrawing = 0;

  constructor(
    private readonly planned: number,
    private readonly live: string | undefined,
    private readonly show: (payload: TrainingCurvePayload) => void,
  ) {}

  take(fold: number, entry: LogEntry): void {
    if (entry.kind === "run") {
      this.runs.push(new RunCurve(`fold ${fold}`));
      this.begun = false;
    }
    const run = this.runs[this.runs.length - 1];
    run.add(entry);
    // The lines of an earlier run, which is gone on with, come all at once and took no time.
    if (!this.begun) this.pace.start(run.done, performance.now());
    this.drawNowAndThen();
  }

  report(event: StepEvent): void {
    if (event.event === "warning") {
      this.notes.add(event.message);
      return;
    }
    const run = this.runs.at(-1);
    if (!run) return;
    this.begun = true;
    run.reach(event.done);
    const speed = this.pace.advance(event.done, performance.now());
    if (speed !== null) run.addSpeed(event.done, speed * run.batch);
    this.drawNowAndThen();
  }

  end(state: TrainingCurvePayload["state"]): void {
    if (this.runs.length > 0) this.draw(state);
  }

  private drawNowAndThen(): void {
    const start = performance.now();
    if (start < this.nextDrawing) return;
    this.draw("running");
    const end = performance.now();
    this.nextDrawing = end + Math.max(pause, (end - start) / drawingShare);
  }

  private draw(state: TrainingCurvePayload["state"]): void {
    const running = state === "running";
    this.show(
      trainingPayload(this.runs, {
        state,
        planned: this.planned,
        secondsLeft: running ? this.pace.secondsFor(this.iterationsLeft()) : null,
        notes: [...this.notes],
        live: running ? this.live : undefined,
      }),
    );
  }

  private iterationsLeft(): number {
    const run = this.runs[this.runs.length - 1];
    return run.iterations - run.done + (this.planned - this.runs.length) * run.iterations;
  }
}
