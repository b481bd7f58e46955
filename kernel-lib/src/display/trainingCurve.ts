import {
  durationWords,
  testWords,
  viewMimeType,
  type Series,
  type TrainingCurvePayload,
  type TrainingRun,
} from "../payloads/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { count } from "./parts.js";
import { lineColours, type Panel, type Plot, type Plotter } from "./plot.js";
import { recordedWords } from "./recordedBanner.js";
import type { RunCurve } from "./runCurve.js";

/** Points of all lines of one display together: more than a screen is wide, and light enough for an output. */
const mostPoints = 12_000;

/** What is known of a training beside its runs' numbers. */
export type TrainingNews = Pick<TrainingCurvePayload, "state" | "planned" | "secondsLeft" | "notes" | "live">;

/** The payload of some runs. */
export function trainingPayload(runs: readonly RunCurve[], news: TrainingNews): TrainingCurvePayload {
  const { live, ...rest } = news;
  const recorded = runs.find((run) => run.recorded !== undefined)?.recorded;
  return {
    version: 1,
    ...rest,
    engine: runs.find(({ engine }) => engine !== null)?.engine ?? null,
    runs: runs.map((run) => run.payload(Math.floor(mostPoints / runs.length))),
    ...(live !== undefined && { live }),
    ...(recorded !== undefined && { recorded }),
  };
}

/** A training as an output: the payload, and the same as a still picture and as text. */
export function trainingBundle(payload: TrainingCurvePayload, plotter: Plotter): Bundle {
  return bundle({
    custom: { [viewMimeType("training-curve")]: payload },
    svg: plotter((plot) => panels(plot, payload.runs), stateLines(payload)),
    recorded: payload.recorded,
    text: [
      "Training",
      ...stateLines({ ...payload, recorded: undefined }).slice(1),
      ...payload.runs.map(lastWords),
    ].join("\n"),
  });
}

/** What a training does, by what, and what is to be known about it. */
function stateLines(payload: TrainingCurvePayload): string[] {
  const { state, runs, planned, secondsLeft, engine, notes, recorded } = payload;
  const total = planned * Math.max(0, ...runs.map(({ iterations }) => iterations));
  const done = runs.reduce((sum, run) => sum + run.done, 0);
  const where = total > 0 ? `iteration ${count(done)} of ${count(total)}` : "";
  const which = planned > 1 ? `${planned} runs, ` : "";
  const left = secondsLeft === null ? "" : `, about ${durationWords(secondsLeft)} left`;
  const words = {
    running: `Training: ${which}${where}${left}`,
    partial: `Training so far: ${which}${where}`,
    finished: "Training, finished",
    stopped: `Training, stopped: ${which}${where}`,
    failed: `Training, failed: ${which}${where}`,
  };
  return [
    words[state],
    ...(recorded === undefined ? [] : [recordedWords(recorded)]),
    ...(engine === null ? [] : [`by ${engine}`]),
    ...notes.map((note) => `Note: ${note}`),
  ];
}

interface Point {
  iteration: number;
  value: number;
}

function points({ iterations, values }: Series): Point[] {
  return iterations.map((iteration, i) => ({ iteration, value: values[i] ?? NaN }));
}

function testOf(run: TrainingRun, output: string): Point[] {
  const test = run.tests.find((one) => one.output === output);
  return test ? points(test.series) : [];
}

function panels(plot: Plot, runs: readonly TrainingRun[]): Panel[] {
  const channels = { x: "iteration", y: "value" };
  const end = Math.max(1, ...runs.flatMap(({ done, loss }) => [done, loss.iterations.at(-1) ?? 0]));
  const coloured = runs.map((run, i) => ({ run, colour: lineColours[i % lineColours.length] }));
  const panel = (label: string, height: number, marks: Panel["marks"], zero: boolean): Panel => ({
    width: 640,
    height,
    marginLeft: 60,
    marginRight: 80,
    x: { label: "iteration", domain: [0, end] },
    y: { label, grid: true, zero },
    marks,
  });
  const testMarks = (output: string): Panel["marks"] =>
    coloured.flatMap(({ run, colour }) => [
      plot.line(testOf(run, output), { ...channels, stroke: colour, strokeWidth: 2 }),
      plot.dot(testOf(run, output), { ...channels, fill: colour, r: 3 }),
    ]);
  const plain = (series: "loss" | "learningRate" | "speed", strokeOpacity = 1): Panel["marks"] =>
    coloured.map(({ run, colour }) =>
      plot.line(points(run[series]), { ...channels, stroke: colour, strokeOpacity }),
    );
  const legend = coloured.map(({ run, colour }, i) =>
    plot.text([run.name], {
      frameAnchor: "top-right",
      dx: 70,
      dy: 14 * i,
      fill: colour,
      textAnchor: "end",
      fontSize: 12,
    }),
  );
  const outputs = new Set(runs.flatMap(({ tests }) => tests.map(({ output }) => output)));
  outputs.delete("loss");
  const has = (series: "learningRate" | "speed"): boolean =>
    runs.some((run) => run[series].values.length > 0);
  return [
    panel(
      "loss (thin: one training batch, thick: test patches)",
      240,
      [...(plain("loss", 0.35) ?? []), ...(testMarks("loss") ?? []), ...legend],
      true,
    ),
    ...[...outputs].map((output) => panel(testWords(output).title, 240, testMarks(output), false)),
    ...(has("learningRate") ? [panel("learning rate", 130, plain("learningRate"), true)] : []),
    ...(has("speed") ? [panel("patches a second", 130, plain("speed"), true)] : []),
  ];
}

function lastWords({ name, loss, tests }: TrainingRun): string {
  const words = [
    ...lastValue(loss).map(
      ({ iteration, value }) => `loss ${value.toFixed(3)} at iteration ${count(iteration)}`,
    ),
    ...tests.flatMap(({ output, series }) =>
      lastValue(series).map(({ value }) => `${testWords(output).name} ${value.toFixed(3)}`),
    ),
  ];
  return `  ${name}: ${words.join(", ")}`;
}

/** The last point of a line, as a list that is empty where there is none. */
function lastValue(series: Series): Point[] {
  return points(series).slice(-1);
}
