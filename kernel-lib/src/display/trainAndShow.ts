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
  const { live } = liveDisplay({
    stop: () => {
      stop.abort();
      return {};
    },
  });
  const plotter = await loadPlotter();
  const planned =
    options.fold === undefined ? Object.keys(readManifest(study.directory).databases).length : 1;
  const watch = new TrainingWatch(planned, live, (payload) => show(trainingBundle(payload, plotter)));
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

/** One fold's run as it comes in. */
interface WatchedRun {
  fold: number;
  curve: RunCurve;
  pace: TrainingPace;
  /** Whether its speed was measured already. */
  measured: boolean;
}

/** Follows a training, whose folds may run side by side, and draws it now and then. */
class TrainingWatch {
  private readonly runs = new Map<number, WatchedRun>();
  private readonly notes = new Set<string>();
  private startedAt: number | undefined;
  private nextDrawing = 0;

  constructor(
    private readonly planned: number,
    private readonly live: string | undefined,
    private readonly show: (payload: TrainingCurvePayload) => void,
  ) {}

  take(fold: number, entry: LogEntry): void {
    const now = performance.now();
    const run = entry.kind === "run" ? this.begin(fold) : this.runs.get(fold);
    if (!run) return;
    const { curve, pace } = run;
    curve.add(entry);
    // The lines of an earlier run that is gone on with come all at once, and its snapshot is the last of them.
    if (entry.kind === "run" || (entry.kind === "snapshot" && !run.measured)) {
      pace.start(curve.done, now);
      this.startedAt = this.worked() === 0 ? now : this.startedAt;
    } else {
      const speed = pace.advance(curve.done, now);
      if (speed !== null) curve.addSpeed(curve.done, speed * curve.batch);
      run.measured ||= speed !== null;
    }
    this.drawNowAndThen();
  }

  report(event: StepEvent): void {
    if (event.event === "warning") this.notes.add(event.message);
  }

  end(state: TrainingCurvePayload["state"]): void {
    if (this.runs.size > 0) this.draw(state);
  }

  private begin(fold: number): WatchedRun {
    const curve = new RunCurve(`fold ${fold}`);
    const run = { fold, curve, pace: new TrainingPace(), measured: false };
    this.runs.set(fold, run);
    return run;
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
    const runs = [...this.runs.values()].sort((a, b) => a.fold - b.fold);
    this.show(
      trainingPayload(
        runs.map(({ curve }) => curve),
        {
          state,
          planned: this.planned,
          secondsLeft: running ? this.secondsLeft() : null,
          notes: [...this.notes],
          live: running ? this.live : undefined,
        },
      ),
    );
  }

  private worked(): number {
    return [...this.runs.values()].reduce((sum, { pace }) => sum + pace.worked, 0);
  }

  /** By the mean of all that was done until now, by however many folds at a time. */
  private secondsLeft(): number | null {
    const worked = this.worked();
    if (worked === 0 || this.startedAt === undefined) return null;
    const curves = [...this.runs.values()].map(({ curve }) => curve);
    const begun = curves.reduce((sum, { iterations, done }) => sum + Math.max(0, iterations - done), 0);
    const left =
      begun + (this.planned - curves.length) * Math.max(...curves.map(({ iterations }) => iterations));
    return (left * (performance.now() - this.startedAt)) / worked / 1000;
  }
}
