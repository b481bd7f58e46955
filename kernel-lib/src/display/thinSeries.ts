import type { Series } from "../payloads/index.js";

/**
 * Leaves so many points of a line that its drawing stays the same: the first and the last, and of each stretch between
 * them the lowest, the highest and, where there is one, the first that is no number. No peak is lost.
 *
 * @param most at least 5; a shorter line is given back as it is
 * @example
 * const iterations = Array.from({ length: 1000 }, (_, i) => i);
 * const spike = { iterations, values: iterations.map((i) => (i === 777 ? 9 : i % 2)) };
 * const thin = thinSeries(spike, 50);
 * [thin.iterations.length <= 50, Math.max(...thin.values.map(Number))]; // => [true, 9]
 */
export function thinSeries(series: Series, most: number): Series {
  const { iterations, values } = series;
  const total = values.length;
  if (total <= most) return series;
  const kept = new Set([0, total - 1]);
  const stretches = Math.floor((most - 2) / (values.includes(null) ? 3 : 2));
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * total) / stretches);
    const to = Math.floor(((stretch + 1) * total) / stretches);
    for (const index of extremes(values, from, to)) kept.add(index);
  }
  const indices = [...kept].sort((a, b) => a - b);
  return { iterations: indices.map((i) => iterations[i]), values: indices.map((i) => values[i]) };
}

/** Where in a stretch the lowest, the highest and the first missing value stand. */
function extremes(values: Series["values"], from: number, to: number): number[] {
  let low = -1;
  let high = -1;
  let missing = -1;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (value === null) {
      if (missing < 0) missing = i;
      continue;
    }
    if (low < 0 || value < (values[low] ?? Infinity)) low = i;
    if (high < 0 || value > (values[high] ?? -Infinity)) high = i;
  }
  return [low, high, missing].filter((index) => index >= 0);
}
