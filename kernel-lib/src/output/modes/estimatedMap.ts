/** Nearer to 0 or 1 a probability's log-odds would count for too much. */
const nearest = 1e-6;

/** How far an exact value corrects the estimates round it, in pixels: the deviation and the reach of its weights. */
const deviation = 1;
const reach = 3;

/** The weight of the estimate itself beside those of the exact values round it. */
const ownWeight = 0.125;

/**
 * A probability map of which some pixels are known exactly and the others are estimated.
 *
 * Estimates are worked out in log-odds, log(p / (1 - p)), in which the border between two classes is a slope rather than
 * a step: smoothly between the knots (Catmull and Rom's cubics, along columns and then along rows), and then corrected
 * by how wrong that was at the exact pixels nearby.
 */
export class EstimatedMap {
  private readonly width: number;
  /** Log-odds between the knots. */
  private readonly smooth: Float32Array;
  /** Log-odds as they are known by now. */
  private readonly current: Float32Array;
  /** Exact probabilities; not a number where there is none yet. */
  private readonly exact: Float32Array;
  /** Sums of the weights of exact pixels round each pixel, and of their deviations from the smooth estimate. */
  private readonly weights: Float32Array;
  private readonly deviations: Float32Array;

  /**
   * @param rows of the knots, ascending, the first and the last row of the map among them
   * @param columns alike
   * @param probabilities at each row's and column's crossing, [0,1], row by row
   */
  constructor(rows: Uint32Array, columns: Uint32Array, probabilities: Float32Array) {
    this.width = columns.at(-1)! + 1;
    this.smooth = interpolate(rows, columns, probabilities.map(logit));
    this.current = this.smooth.slice();
    this.exact = new Float32Array(this.smooth.length).fill(NaN);
    this.weights = new Float32Array(this.smooth.length);
    this.deviations = new Float32Array(this.smooth.length);
    const places = new Uint32Array(probabilities.length);
    rows.forEach((row, r) => {
      columns.forEach((column, c) => (places[r * columns.length + c] = row * this.width + column));
    });
    this.set(places, probabilities);
  }

  /** Takes exact probabilities of some places (row * width + column), and corrects the estimates round them. */
  set(places: Uint32Array, probabilities: Float32Array): void {
    places.forEach((place, n) => {
      this.exact[place] = probabilities[n];
      this.current[place] = logit(probabilities[n]);
    });
    for (const place of places) this.spread(place);
  }

  /**
   * The places whose class is least certain: their estimates are nearest to the threshold. Of equals the first.
   *
   * @param threshold in log-odds
   */
  leastCertain(threshold: number, count: number): Uint32Array {
    const distances = this.current.map((value, place) =>
      Number.isNaN(this.exact[place]) ? Math.abs(value - threshold) : Infinity,
    );
    const sorted = distances.slice().sort();
    const limit = sorted[Math.min(count, sorted.length) - 1];
    const nearer: number[] = [];
    const equal: number[] = [];
    distances.forEach((distance, place) => {
      if (distance < limit) nearer.push(place);
      else if (distance === limit && distance !== Infinity) equal.push(place);
    });
    return Uint32Array.from([...nearer, ...equal.slice(0, count - nearer.length)]).sort();
  }

  /** The map, [0,1]. */
  probabilities(): Float32Array {
    return this.current.map((value, place) =>
      Number.isNaN(this.exact[place]) ? 1 / (1 + Math.exp(-value)) : this.exact[place],
    );
  }

  private spread(place: number): void {
    const { width, smooth, current, exact, weights, deviations } = this;
    const height = smooth.length / width;
    const [row, column] = [Math.floor(place / width), place % width];
    const found = current[place] - smooth[place];
    for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y++) {
      for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x++) {
        const at = y * width + x;
        const weight = Math.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * deviation ** 2));
        weights[at] += weight;
        deviations[at] += weight * found;
        if (Number.isNaN(exact[at])) current[at] = smooth[at] + deviations[at] / (weights[at] + ownWeight);
      }
    }
  }
}

/**
 * The log-odds of a probability.
 *
 * @example
 * logit(0.5); // => 0
 */
export function logit(probability: number): number {
  const inner = Math.min(Math.max(probability, nearest), 1 - nearest);
  return Math.log(inner / (1 - inner));
}

/** Values at the crossings of rows and columns, spread over the whole map. */
function interpolate(rows: Uint32Array, columns: Uint32Array, values: Float32Array): Float32Array {
  const [height, width] = [rows.at(-1)! + 1, columns.at(-1)! + 1];
  const wide = new Float32Array(rows.length * width);
  rows.forEach((_, r) => alongLine(columns, values, r * columns.length, 1, wide, r * width, 1));
  const map = new Float32Array(height * width);
  for (let x = 0; x < width; x++) alongLine(rows, wide, x, width, map, x, width);
  return map;
}

/** Fills a line through its knots by Catmull and Rom's cubics; beyond its ends the last knots are repeated. */
function alongLine(
  knots: Uint32Array,
  values: Float32Array,
  first: number,
  step: number,
  target: Float32Array,
  targetFirst: number,
  targetStep: number,
): void {
  const last = knots.length - 1;
  const value = (knot: number): number => values[first + Math.min(Math.max(knot, 0), last) * step];
  target[targetFirst + knots[last] * targetStep] = value(last);
  for (let knot = 0; knot < last; knot++) {
    const [before, from, to, behind] = [value(knot - 1), value(knot), value(knot + 1), value(knot + 2)];
    const length = knots[knot + 1] - knots[knot];
    for (let n = 0; n < length; n++) {
      const t = n / length;
      const bent = 2 * before - 5 * from + 4 * to - behind;
      const cubic = -before + 3 * from - 3 * to + behind;
      const estimate = from + 0.5 * t * (to - before + t * (bent + t * cubic));
      target[targetFirst + (knots[knot] + n) * targetStep] = estimate;
    }
  }
}
