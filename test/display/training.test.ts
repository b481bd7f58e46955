import fc from "fast-check";
import { expect, test, describe } from "vitest";
import { bundleBytes, outputLimit, showTraining, type LogEntry, type TrainedFold } from "histobook";
import { checkPayload, durationWords, viewMimeType, type TrainingCurvePayload } from "histobook/payloads";
import { thinSeries } from "../../kernel-lib/src/display/thinSeries.js";
import { TrainingPace } from "../../kernel-lib/src/display/trainingPace.js";

const valuesArbitrary = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  { minLength: 1, maxLength: 400 },
);

describe("thinSeries()", () => {
  test("keeps points of the line, in order, both ends and all extremes, and no more than asked for", () => {
    fc.assert(
      fc.property(valuesArbitrary, fc.integer({ min: 5, max: 100 }), (values, most) => {
        const series = { iterations: values.map((_, i) => 3 * i), values };
        const thin = thinSeries(series, most);
        expect(thin.values.length).toBeLessThanOrEqual(Math.max(most, 0));
        expect(thin.iterations).toEqual([...thin.iterations].sort((a, b) => a - b));
        expect(thin.values).toEqual(thin.iterations.map((iteration) => values[iteration / 3]));
        expect([thin.values[0], thin.values.at(-1)]).toEqual([values[0], values.at(-1)]);
        const numbers = (list: (number | null)[]): number[] => list.filter((value) => value !== null);
        if (numbers(values).length > 0) {
          expect(Math.min(...numbers(thin.values))).toBe(Math.min(...numbers(values)));
          expect(Math.max(...numbers(thin.values))).toBe(Math.max(...numbers(values)));
        }
        expect(thin.values.includes(null)).toBe(values.includes(null));
      }),
    );
  });

  test("leaves a short line as it is, and is the same every time", () => {
    const series = { iterations: [0, 1, 2], values: [3, null, 1] };
    expect(thinSeries(series, 5)).toBe(series);
    const long = {
      iterations: Array.from(Array(999).keys()),
      values: Array.from(Array(999), (_, i) => Math.sin(i)),
    };
    expect(thinSeries(long, 60)).toEqual(thinSeries(long, 60));
  });
});

/** A fold of the tutorial's length, with a line in its log for every iteration, one peak among them. */
function longFold(fold: number): TrainedFold {
  const iterations = 600_000;
  const entries: LogEntry[] = [{ kind: "run", key: "", engine: "an engine", iterations, batch: 128 }];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const loss =
      iteration === 123_456 ? 77.5 : 0.69 * Math.exp(-iteration / 1e5) + 0.05 * Math.sin(iteration * fold);
    entries.push({ kind: "loss", iteration, loss, learningRate: iteration < 300_000 ? 0.001 : 0.0001 });
    if (iteration % 1000 === 0) {
      entries.push({
        kind: "test",
        iteration,
        outputs: { accuracy: 0.9 + 0.01 * Math.cos(iteration), loss },
      });
    }
  }
  entries.push({ kind: "snapshot", iteration: iterations, state: "here/model_iter_600000.solverstate" });
  return { fold, model: "model", iterations, best: null, entries, reused: false };
}

test("five folds of 600,000 iterations fit into one output, with every fold's peak in payload and picture", async () => {
  const shown = await showTraining([1, 2, 3, 4, 5].map(longFold));
  expect(bundleBytes(shown)).toBeLessThan(outputLimit);
  const check = checkPayload("training-curve", shown.data[viewMimeType("training-curve")]);
  if (!check.ok) throw new Error(JSON.stringify(check.problems));
  expect(check.payload).toMatchObject({ state: "finished", engine: "an engine", planned: 5 });
  for (const run of check.payload.runs) {
    expect(run.loss.values.length).toBeGreaterThan(1000);
    expect(run.loss.values[run.loss.iterations.indexOf(123_456)]).toBe(77.5);
    expect(run.learningRate.values[run.learningRate.iterations.indexOf(300_000)]).toBe(0.0001);
    expect(run).toMatchObject({
      done: 600_000,
      snapshot: { iteration: 600_000, file: "model_iter_600000.solverstate" },
    });
  }
  expect(String(shown.data["text/plain"])).toContain("fold 5: loss ");
});

describe("a log that ends early", () => {
  const started: LogEntry[] = [
    { kind: "run", key: "", engine: "an engine", iterations: 800, batch: 24 },
    { kind: "loss", iteration: 0, loss: 0.7, learningRate: 0.001 },
    { kind: "test", iteration: 100, outputs: { accuracy: NaN } },
  ];

  test("is shown as not at its end, with what is no number left out of the lines", async () => {
    const { data } = await showTraining(started);
    const payload = data[viewMimeType("training-curve")] as TrainingCurvePayload;
    expect(payload).toMatchObject({ state: "partial", runs: [{ done: 100, iterations: 800 }] });
    expect(payload.runs[0].tests).toEqual([
      { output: "accuracy", series: { iterations: [100], values: [null] } },
    ]);
    expect(String(data["image/svg+xml"])).toContain("Training so far: iteration 100 of 800");
    expect(String(data["image/svg+xml"])).toContain("by an engine");
  });
});

test("the pace counts what this run did, and gives its speed once a second", () => {
  const pace = new TrainingPace();
  pace.start(400, 5000);
  expect(pace.advance(401, 5100)).toBeNull();
  expect(pace.advance(410, 6000)).toBe(10);
  expect(pace.advance(411, 6100)).toBeNull();
  expect(pace.advance(430, 8000)).toBe(10);
  expect(pace.advance(430, 9500)).toBeNull();
  expect(pace.worked).toBe(30);
  pace.start(0, 100_000);
  expect(pace.worked).toBe(0);
  expect(pace.advance(60, 101_000)).toBe(60);
});

test("durationWords() says a time as people do", () => {
  expect([0.2, 59, 60, 61, 179, 180, 3600, 86_400].map(durationWords)).toEqual([
    "1 s",
    "59 s",
    "1 min",
    "1 min 1 s",
    "2 min 59 s",
    "3 min",
    "1 h",
    "1 day",
  ]);
});

test("figures of validation patients are drawn and named as such, beside those of test patches", async () => {
  const outputs = { loss: 0.5, accuracy: 0.8 };
  const { data } = await showTraining([
    { kind: "loss", iteration: 0, loss: 0.7, learningRate: 0.001 },
    { kind: "test", iteration: 1, outputs },
    { kind: "validation", iteration: 1, outputs: { loss: 0.4, accuracy: 0.9 } },
  ]);
  expect(data["text/plain"]).toContain(
    "test accuracy 0.800, validation loss 0.400, validation accuracy 0.900",
  );
  expect(data["image/svg+xml"]).toContain("accuracy on validation patients");
  expect(data["image/svg+xml"]).toContain("accuracy on test patches");
});
