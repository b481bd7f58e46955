/**
 * One axis (rows or columns) of a blob that is computed for all windows of an image at once.
 *
 * In a window's own network the blob has `length` values along this axis. In the dense form they are read out of maps of
 * the whole image: value `i` of the window whose corner is pixel `c` is map `maps[i]` at `c + origin + i * step`.
 */
export interface DenseAxis {
  /** How many values a window has. */
  length: number;
  /** Pixels from one value of a window to the next: the product of all strides so far. */
  step: number;
  /** Pixels from a window's corner to its first value; below 0 where padding reaches beyond the window. */
  origin: number;
  /** The map from which each value of a window is read. */
  maps: readonly number[];
  /** By how many pixels the maps are shorter than the image. */
  extent: number;
}

/** A window of a layer (a filter, a pooling window) along one axis, in values of its input. */
export interface LayerWindow {
  kernel: number;
  stride: number;
  pad: number;
  dilation: number;
  /** How many there are. */
  output: number;
}

/** Part of a layer's window that lies in one map of its input: its places from `first` to `last`, without gaps. */
export interface Run {
  map: number;
  first: number;
  last: number;
}

/** One map that a layer makes. */
export interface MadeMap {
  runs: Run[];
  /** How long the window counts in an average: Caffe counts padding, and not what lies beyond it. */
  divisor: number;
}

/**
 * What a layer does where its window reaches beyond the window of a pixel: `neighbours` reads the pixels that are there in
 * the image; `border` leaves them out, as the network does that sees the window alone, which takes a map of its own for
 * each place at the border that differs.
 */
export type Beyond = "neighbours" | "border";

/** The axis of a network's input: the pixels themselves. */
export function imageAxis(length: number): DenseAxis {
  return { length, step: 1, origin: 0, maps: new Array<number>(length).fill(0), extent: 0 };
}

/**
 * Moves a layer's window along an axis.
 *
 * @returns the axis of the layer's output, and which maps it is read from
 * @example
 * // Pooling over 3 of 6 values at a stride of 2, whose last window is cut: one more map, for the last value.
 * const window = { kernel: 3, stride: 2, pad: 0, dilation: 1, output: 3 };
 * slide(imageAxis(6), window, "neighbours").axis.maps; // => [0, 0, 0]
 * slide(imageAxis(6), window, "border").axis.maps; // => [0, 0, 1]
 */
export function slide(
  input: DenseAxis,
  window: LayerWindow,
  beyond: Beyond,
): { axis: DenseAxis; made: MadeMap[] } {
  const { kernel, stride, pad, dilation, output } = window;
  const numbers = new Map<string, number>();
  const made: MadeMap[] = [];
  const maps = Array.from({ length: output }, (_, place) => {
    const map =
      beyond === "border"
        ? borderMap(input, window, place)
        : { runs: [{ map: 0, first: 0, last: kernel - 1 }], divisor: kernel };
    const key = JSON.stringify(map);
    if (!numbers.has(key)) numbers.set(key, made.push(map) - 1);
    return numbers.get(key)!;
  });
  const axis = {
    length: output,
    step: input.step * stride,
    origin: input.origin - pad * input.step,
    maps,
    extent: input.extent + (kernel - 1) * dilation * input.step,
  };
  return { axis, made };
}

/** What one value of a layer's output in a window is made of, when nothing beyond the window is seen. */
function borderMap(
  { length, maps }: DenseAxis,
  { kernel, stride, pad, dilation }: LayerWindow,
  place: number,
): MadeMap {
  const start = place * stride - pad;
  const runs: Run[] = [];
  for (let tap = 0; tap < kernel; tap++) {
    const index = start + tap * dilation;
    if (index < 0 || index >= length) continue;
    const last = runs.at(-1);
    if (last?.map === maps[index] && last.last === tap - 1) last.last = tap;
    else runs.push({ map: maps[index], first: tap, last: tap });
  }
  return { runs, divisor: Math.min(start + kernel, length + pad) - start };
}

/** Pixels that are taken off a map along one axis, before and behind. */
export type Cut = readonly [before: number, behind: number];

/** How several blobs that a layer takes together lie on each other. */
export interface Joined {
  axis: DenseAxis;
  /** For each blob, how many pixels its maps have too many, before and behind. */
  cuts: Cut[];
  /** For each map that comes out, the map of each blob. */
  sources: number[][];
}

/**
 * Lays the axes of several blobs on each other.
 *
 * @returns undefined when their values lie at different steps
 */
export function joinAxes(axes: readonly DenseAxis[]): Joined | undefined {
  const [{ length, step }] = axes;
  if (axes.some((one) => one.step !== step || one.length !== length)) return undefined;
  const origin = Math.min(...axes.map((one) => one.origin));
  const shifts = axes.map((one) => one.origin - origin);
  const extent = Math.max(...axes.map((one, i) => one.extent + shifts[i]));
  const cuts = axes.map((one, i) => [shifts[i], extent - one.extent - shifts[i]] as const);
  const numbers = new Map<string, number>();
  const sources: number[][] = [];
  const maps = Array.from({ length }, (_, place) => {
    const source = axes.map((one) => one.maps[place]);
    const key = source.join();
    if (!numbers.has(key)) numbers.set(key, sources.push(source) - 1);
    return numbers.get(key)!;
  });
  return { axis: { length, step, origin, maps, extent }, cuts, sources };
}
