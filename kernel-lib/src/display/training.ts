import type * as PlotModule from "@observablehq/plot";
import { HistobookError } from "../foundation/index.js";
import type { LogEntry, TrainedFold, TrainResult } from "../training/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { count } from "./parts.js";
import { lineColours, plotSvg, type Plot } from "./plot.js";

/** One run's numbers, ready to be drawn. */
interface Curve {
  name: string;
  colour: string;
  losses: Point[];
  /** By the output's name, e.g. accuracy and loss. */
  tests: Map<string, Point[]>;
}

interface Point {
  iteration: number;
  value: number;
}

/**
 * Shows how the loss fell and the accuracy on test patches rose during training.
 *
 * @param source what `train` gave back, some of its folds, or a log's entries (`readTrainingLog`)
 * @throws HistobookError `MissingStep` when the log holds no loss and no test yet.
 * @example
 * const loss = { kind: "loss" as const, iteration: 0, loss: 0.69, learningRate: 0.001 };
 * const { data } = await showTraining([loss]);
 * data["text/plain"]; // => "Training\n  this run: loss 0.690 at iteration 0"
 */
export async function showTraining(
  source: TrainResult | readonly TrainedFold[] | readonly LogEntry[],
): Promise<Bundle> {
  const curves = runsOf(source).map(([name, entries], i) =>
    curveOf(name, entries, lineColours[i % lineColours.length]),
  );
  if (curves.every(({ losses, tests }) => losses.length === 0 && tests.size === 0)) {
    throw new HistobookError("MissingStep", {
      subject: "the training log",
      found: "no loss and no test",
      expected: "what a training run writes down",
      fix: "train a fold first",
    });
  }
  const svg = await plotSvg((plot) => panels(plot, curves));
  return bundle({ svg, text: ["Training", ...curves.map(lastWords)].join("\n") });
}

function runsOf(
  source: TrainResult | readonly TrainedFold[] | readonly LogEntry[],
): [name: string, entries: readonly LogEntry[]][] {
  if ("folds" in source) return runsOf(source.folds);
  const folds = source.filter((one): one is TrainedFold => "entries" in one);
  if (folds.length > 0) return folds.map(({ fold, entries }) => [`fold ${fold}`, entries]);
  return [["this run", source as readonly LogEntry[]]];
}

function curveOf(name: string, entries: readonly LogEntry[], colour: string): Curve {
  const losses: Point[] = [];
  const tests = new Map<string, Point[]>();
  for (const entry of entries) {
    if (entry.kind === "loss") losses.push({ iteration: entry.iteration, value: entry.loss });
    if (entry.kind !== "test") continue;
    for (const [output, value] of Object.entries(entry.outputs)) {
      tests.set(output, [...(tests.get(output) ?? []), { iteration: entry.iteration, value }]);
    }
  }
  return { name, colour, losses, tests };
}

function panels(
  plot: Plot,
  curves: readonly Curve[],
): (PlotModule.PlotOptions & { width: number; height: number })[] {
  const size = { width: 640, height: 240, marginLeft: 50, marginRight: 80 };
  const channels = { x: "iteration", y: "value" };
  const ends = curves.flatMap(({ losses, tests }) => [...losses, ...[...tests.values()].flat()]);
  const x = { label: "iteration", domain: [0, Math.max(1, ...ends.map(({ iteration }) => iteration))] };
  const legend = curves.map(({ name, colour }, i) =>
    plot.text([name], {
      frameAnchor: "top-right",
      dx: 70,
      dy: 14 * i,
      fill: colour,
      textAnchor: "end",
      fontSize: 12,
    }),
  );
  const loss = curves.flatMap(({ losses, tests, colour }) => [
    plot.line(losses, { ...channels, stroke: colour, strokeOpacity: 0.35 }),
    plot.line(tests.get("loss") ?? [], { ...channels, stroke: colour, strokeWidth: 2 }),
    plot.dot(tests.get("loss") ?? [], { ...channels, fill: colour, r: 3 }),
  ]);
  const accuracy = curves.flatMap(({ tests, colour }) => [
    plot.line(tests.get("accuracy") ?? [], { ...channels, stroke: colour, strokeWidth: 2 }),
    plot.dot(tests.get("accuracy") ?? [], { ...channels, fill: colour, r: 3 }),
  ]);
  const all = [
    {
      ...size,
      x,
      y: { label: "loss (thin: one training batch, thick: test patches)", grid: true, zero: true },
      marks: [...loss, ...legend],
    },
  ];
  if (curves.every(({ tests }) => !tests.has("accuracy"))) return all;
  return [
    ...all,
    { ...size, x, y: { label: "accuracy on test patches", grid: true, zero: false }, marks: accuracy },
  ];
}

function lastWords({ name, losses, tests }: Curve): string {
  const last = losses.at(-1);
  const words = [
    ...(last ? [`loss ${last.value.toFixed(3)} at iteration ${count(last.iteration)}`] : []),
    ...[...tests].map(([output, points]) => `test ${output} ${points[points.length - 1].value.toFixed(3)}`),
  ];
  return `  ${name}: ${words.join(", ")}`;
}
