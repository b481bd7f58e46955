import { testWords, type Series, type TrainingCurvePayload, type TrainingRun } from "histobook/payloads";

/** One line of a panel. */
export interface CurveLine {
  /** The run's place in the payload. */
  run: number;
  series: Series;
  /** Measured on test patches; else on the batches of the training itself. */
  test: boolean;
}

/** One chart: what is drawn over the iterations. */
export interface CurvePanel {
  /** What the values are, e.g. `loss`. */
  name: string;
  title: string;
  lines: CurveLine[];
  /** Whether its axis may be logarithmic. */
  isLoss: boolean;
  /** Whether its axis begins at zero. */
  fromZero: boolean;
}

/**
 * What charts a training has: the loss, each other value that is tested, the learning rate and the speed. A training that
 * runs has its speed's place from the start, so that nothing jumps.
 */
export function curvePanels({ runs, state }: TrainingCurvePayload): CurvePanel[] {
  const lines = (of: (run: TrainingRun) => Series | undefined, test: boolean): CurveLine[] =>
    runs.flatMap((run, index) => {
      const series = of(run);
      return series && series.values.length > 0 ? [{ run: index, series, test }] : [];
    });
  const tested = (output: string): CurveLine[] =>
    lines((run) => run.tests.find((one) => one.output === output)?.series, true);
  const outputs = new Set(runs.flatMap(({ tests }) => tests.map(({ output }) => output)));
  outputs.delete("loss");
  const speed = lines((run) => run.speed, false);
  const rest = { isLoss: false, fromZero: true };
  return [
    {
      name: "loss",
      title: "loss (thin: training batches, thick: test patches)",
      lines: [...lines((run) => run.loss, false), ...tested("loss")],
      isLoss: true,
      fromZero: false,
    },
    ...[...outputs].map((output) => ({
      name: output,
      title: testWords(output).title,
      lines: tested(output),
      isLoss: false,
      fromZero: false,
    })),
    {
      name: "learning rate",
      title: "learning rate",
      lines: lines((run) => run.learningRate, false),
      ...rest,
    },
    ...(speed.length > 0 || state === "running"
      ? [{ name: "patches a second", title: "patches a second", lines: speed, ...rest }]
      : []),
  ];
}

/** The last iteration that any run has reached; at least 1. */
export function lastIteration({ runs }: TrainingCurvePayload): number {
  return Math.max(1, ...runs.map(({ done }) => done));
}
