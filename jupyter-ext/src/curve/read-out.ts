import { lastIteration, type CurvePanel } from "./panels.js";
import type { Series, TrainingCurvePayload } from "histobook/payloads";

/** A line's value at an iteration: the last one until then; null before its first and where it is no number. */
export function valueAt({ iterations, values }: Series, iteration: number): number | null {
  let low = 0;
  let high = iterations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (iterations[middle] <= iteration) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : values[low - 1];
}

/** Every line's value at an iteration as text, run by run. */
export function readOut(
  { runs }: TrainingCurvePayload,
  panels: readonly CurvePanel[],
  hidden: ReadonlySet<number>,
  iteration: number,
): string {
  const words = runs.flatMap(({ name }, index) => {
    if (hidden.has(index)) return [];
    const values = panels.flatMap(({ name: of, lines }) =>
      lines
        .filter((line) => line.run === index)
        .flatMap(({ series, test }) => {
          const value = valueAt(series, iteration);
          return value === null ? [] : [`${test ? "test " : ""}${of} ${Number(value.toPrecision(3))}`];
        }),
    );
    return values.length === 0 ? [] : [`${name}: ${values.join(", ")}`];
  });
  return `iteration ${iteration} · ${words.join(" · ")}`;
}

/** The iteration to which a key leads from another, in hundredths of the whole; null for other keys. */
export function stepIteration(
  payload: TrainingCurvePayload,
  from: number,
  key: string,
  far: boolean,
): number | null {
  const end = lastIteration(payload);
  const step = Math.max(1, Math.round(end / (far ? 10 : 100)));
  const to = { ArrowLeft: from - step, ArrowRight: from + step, Home: 0, End: end }[key];
  return to === undefined ? null : Math.min(end, Math.max(0, to));
}
