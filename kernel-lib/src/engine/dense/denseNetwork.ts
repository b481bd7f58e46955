import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import { kindOf } from "../layers/kinds.js";
import { addBias, cut } from "../layers/nativeOperations.js";
import type { NetworkVariables } from "../network.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import type { Cut, MadeMap, Run } from "./denseAxis.js";
import type { DenseLayer, DensePlan } from "./densePlan.js";
import type { Pair, SlidingKind } from "./layerWindows.js";

/** A blob's maps of the whole image (1 x rows x columns x channels), by their numbers along rows and columns. */
type Maps = Tensor4D[][];

type Sliding = Extract<DenseLayer, { kind: SlidingKind }>;
type Pointwise = Extract<DenseLayer, { kind: "pointwise" }>;

/**
 * Runs a network in its dense form.
 *
 * @param image 1 x rows x columns x 3, BGR, less the mean
 * @returns 1 x rows x columns x classes probabilities, fewer rows and columns by the plan's extent
 */
export function denseProbabilities(
  tf: TensorFlow,
  plan: DensePlan,
  variables: NetworkVariables,
  image: Tensor4D,
): Tensor4D {
  const blobs = new Map<string, Maps>([[plan.input, [[image]]]]);
  for (const dense of plan.layers) {
    const { layer } = dense;
    const bottoms = layer.bottom.map((name) => blobs.get(name)!);
    const tops = runLayer(tf, dense, bottoms, variables.byLayer.get(layer.name) ?? []);
    layer.top.forEach((name, index) => blobs.set(name, tops[index]));
  }
  return blobs.get(plan.output)![0][0];
}

function runLayer(tf: TensorFlow, dense: DenseLayer, bottoms: Maps[], parameters: Tensor[]): Maps[] {
  switch (dense.kind) {
    case "flatten":
      return bottoms;
    case "pointwise":
      return runPointwise(tf, dense, bottoms, parameters);
    case "convolution":
      return [convolve(tf, dense, bottoms[0], parameters[0] as Tensor4D, parameters.at(1))];
    case "innerProduct":
      return [convolve(tf, dense, bottoms[0], filtersOf(tf, dense, parameters[0]), parameters.at(1))];
    case "maximum":
      return [combine(dense, bottoms[0], { tf, with: (one, other) => tf.maximum(one, other) })];
    case "average":
      return [averagesOf(tf, dense, bottoms[0])];
    case "withinChannel":
      return [normalizeWithinChannel(tf, dense, bottoms[0])];
  }
}

/** A layer that does the same at every place runs on a map as it runs on a window. */
function runPointwise(
  tf: TensorFlow,
  { layer, bottoms: shapes, joined: [rows, columns] }: Pointwise,
  bottoms: Maps[],
  parameters: Tensor[],
): Maps[] {
  const made = eachMap([rows.sources, columns.sources], (row, column) => {
    const inputs = bottoms.map((maps, i) =>
      cut(tf, maps[row[i]][column[i]], [rows.cuts[i], columns.cuts[i]]),
    );
    const call = { tf, layer, shapes, bottoms: inputs, parameters, training: false };
    return kindOf(layer).run({ ...call, noise: neverAsked, remember: neverAsked }) as Tensor4D[];
  });
  return layer.top.map((_, top) => made.map((row) => row.map((tops) => tops[top])));
}

function neverAsked(): never {
  throw new Error("a network that learns in the TEST phase");
}

/** Convolves by filters (rows x columns x inputs x outputs) whose values lie as far apart as the input's. */
function convolve(
  tf: TensorFlow,
  dense: Sliding,
  input: Maps,
  filters: Tensor4D,
  bias: Tensor | undefined,
): Maps {
  const dilations = distances(dense);
  const [height, width, inputs, outputs] = filters.shape;
  return eachMap(dense.made, (rowMap, columnMap) => {
    const parts = rowMap.runs.flatMap((rows) =>
      columnMap.runs.map((columns) => {
        const seen = cut(tf, input[rows.map][columns.map], [
          cutFor(dense, 0, rows),
          cutFor(dense, 1, columns),
        ]);
        const [tall, wide] = [rows.last - rows.first + 1, columns.last - columns.first + 1];
        const isWhole = tall === height && wide === width;
        const part = isWhole
          ? filters
          : tf.slice4d(filters, [rows.first, columns.first, 0, 0], [tall, wide, inputs, outputs]);
        return convolveGroups(tf, seen, part, dilations);
      }),
    );
    const sums = parts.length === 1 ? parts[0] : tf.addN(parts);
    return (bias ? addBias(tf, sums, bias) : sums) as Tensor4D;
  });
}

/** Each group of filters sees its own share of the channels. */
function convolveGroups(
  tf: TensorFlow,
  input: Tensor4D,
  filters: Tensor4D,
  dilations: [number, number],
): Tensor4D {
  const groups = input.shape[3] / filters.shape[2];
  const one = (images: Tensor4D, set: Tensor4D): Tensor4D =>
    tf.conv2d(images, set, 1, "valid", "NHWC", dilations);
  if (groups === 1) return one(input, filters);
  const sets = tf.split<Tensor4D>(filters, groups, 3);
  return tf.concat(
    tf.split<Tensor4D>(input, groups, 3).map((images, group) => one(images, sets[group])),
    3,
  );
}

/** An InnerProduct's weights as filters that cover a whole window. */
function filtersOf(
  tf: TensorFlow,
  { bottoms: [shape], windows: [rows, columns] }: Sliding,
  weights: Tensor,
): Tensor4D {
  const [inputs, outputs] = (weights as Tensor2D).shape;
  const [height, width] = [rows.kernel, columns.kernel];
  const channels = inputs / (height * width);
  if (shape.length === 3) return tf.reshape(weights, [height, width, channels, outputs]);
  // Of a flattened window the weights lie in Caffe's order.
  return tf.transpose(tf.reshape(weights, [channels, height, width, outputs]), [1, 2, 0, 3]);
}

/** How values of a window are put together, two at a time. */
interface Combination {
  tf: TensorFlow;
  with: (one: Tensor4D, other: Tensor4D) => Tensor4D;
}

/** Combines the values of each window, along rows first and then along columns. */
function combine(dense: Sliding, input: Maps, { tf, with: join }: Combination): Maps {
  const [rowMaps, columnMaps] = dense.made;
  const alongRows = rowMaps.map(({ runs }) =>
    input[0].map((_, column) =>
      placesOf(runs)
        .map(({ map, place }) => cut(tf, input[map][column], [cutFor(dense, 0, only(place)), [0, 0]]))
        .reduce(join),
    ),
  );
  return alongRows.map((row) =>
    columnMaps.map(({ runs }) =>
      placesOf(runs)
        .map(({ map, place }) => cut(tf, row[map], [[0, 0], cutFor(dense, 1, only(place))]))
        .reduce(join),
    ),
  );
}

function averagesOf(tf: TensorFlow, dense: Sliding, input: Maps): Maps {
  const sums = combine(dense, input, { tf, with: (one, other) => tf.add(one, other) });
  const [rows, columns] = dense.made;
  return sums.map((row, r) =>
    row.map((sum, c) => tf.mul<Tensor4D>(sum, 1 / (rows[r].divisor * columns[c].divisor))),
  );
}

/** Caffe's LRN within a channel: x * (1 + alpha * (mean square over n x n pixels)) ^ -beta. */
function normalizeWithinChannel(tf: TensorFlow, dense: Sliding, input: Maps): Maps {
  const { alpha = 1, beta = 0.75 } = dense.layer.lrnParam ?? {};
  const squares = averagesOf(tf, dense, input.map((row) => row.map((map) => tf.square(map)))); // prettier-ignore
  const middles = dense.windows.map(({ pad }) => pad);
  return squares.map((row, r) =>
    row.map((mean, c) => {
      const [rowMap, columnMap] = [dense.made[0][r], dense.made[1][c]].map((made, axis) =>
        mapAt(made, middles[axis]),
      );
      const values = cut(tf, input[rowMap][columnMap], [
        cutFor(dense, 0, only(middles[0])),
        cutFor(dense, 1, only(middles[1])),
      ]);
      return tf.mul<Tensor4D>(values, tf.pow(tf.add(tf.mul(mean, alpha), 1), -beta));
    }),
  );
}

/** Pixels between neighbouring values of a window, along rows and columns. */
function distances({ step, windows }: Sliding): [number, number] {
  return [step[0] * windows[0].dilation, step[1] * windows[1].dilation];
}

/** What must be taken off a map so that some of a window's places lie on its pixels. */
function cutFor(dense: Sliding, axis: 0 | 1, { first, last }: Pick<Run, "first" | "last">): Cut {
  const distance = distances(dense)[axis];
  return [first * distance, (dense.windows[axis].kernel - 1 - last) * distance];
}

function only(place: number): Pick<Run, "first" | "last"> {
  return { first: place, last: place };
}

function placesOf(runs: readonly Run[]): { map: number; place: number }[] {
  return runs.flatMap(({ map, first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => ({ map, place: first + i })),
  );
}

function mapAt({ runs }: MadeMap, place: number): number {
  return runs.find(({ first, last }) => first <= place && place <= last)!.map;
}

/** Makes something for each map along rows and each along columns. */
function eachMap<One, Made>(
  [rows, columns]: Pair<readonly One[]>,
  make: (row: One, column: One) => Made,
): Made[][] {
  return rows.map((row) => columns.map((column) => make(row, column)));
}
