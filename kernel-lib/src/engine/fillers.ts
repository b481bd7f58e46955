import { FillerParameter_VarianceNorm as VarianceNorm, type FillerParameter } from "../caffe/index.js";
import { HistobookError, type RandomStream } from "../foundation/index.js";
import { valuesIn } from "./layers/axes.js";

/** Makes one blob's first values. */
type Filler = (
  blob: { shape: number[]; data: Float32Array },
  filler: FillerParameter,
  random: RandomStream,
) => void;

/** Caffe's fillers by name; their distributions are those of Caffe's filler.hpp, their random numbers our own. */
const fillers: Record<string, Filler> = {
  constant: ({ data }, { value }) => {
    data.fill(value);
  },
  gaussian: ({ shape, data }, { mean, std, sparse }, random) => {
    // On average `sparse` inputs of each output are not zero, were there as many inputs as outputs.
    const share = sparse < 0 ? 1 : sparse / shape[0];
    each(data, () => (share < 1 && random.uniform() >= share ? 0 : mean + std * random.normal()));
  },
  uniform: ({ data }, { min, max }, random) => {
    each(data, () => between(min, max, random));
  },
  positive_unitball: ({ shape, data }, _, random) => {
    const inputs = data.length / shape[0];
    for (let start = 0; start < data.length; start += inputs) {
      const row = data.subarray(start, start + inputs);
      each(row, () => random.uniform());
      const sum = row.reduce((total, value) => total + value, 0);
      each(row, (value) => value / sum);
    }
  },
  xavier: ({ shape, data }, filler, random) => {
    const bound = Math.sqrt(3 / fan(shape, filler));
    each(data, () => between(-bound, bound, random));
  },
  msra: ({ shape, data }, filler, random) => {
    const deviation = Math.sqrt(2 / fan(shape, filler));
    each(data, () => deviation * random.normal());
  },
  bilinear: ({ shape, data }) => {
    const [height, width] = shape.slice(-2);
    const factor = Math.ceil(width / 2);
    const centre = (width - 1) / (2 * factor);
    const weight = (place: number): number => 1 - Math.abs(place / factor - centre);
    each(data, (_, i) => weight(i % width) * weight(Math.floor(i / width) % height));
  },
};

/**
 * Fills a blob as a prototxt's `weight_filler` or `bias_filler` says.
 *
 * @param subject names the layer in errors
 * @throws HistobookError `Unsupported` for a filler that Caffe does not have, or a blob that it can't fill.
 */
export function fill(
  shape: number[],
  filler: FillerParameter,
  random: RandomStream,
  subject: string,
): Float32Array {
  const wrong = (found: string, expected: string): HistobookError =>
    new HistobookError("Unsupported", { subject, found, expected, fix: "change the prototxt" });
  if (!Object.hasOwn(fillers, filler.type)) {
    throw wrong(`a filler of type "${filler.type}"`, `one of ${Object.keys(fillers).join(", ")}`);
  }
  if (filler.sparse >= 0 && filler.type !== "gaussian") {
    throw wrong(`sparse with a ${filler.type} filler`, "sparse with a gaussian one alone, as in Caffe");
  }
  if (filler.type === "bilinear" && (shape.length !== 4 || shape[2] !== shape[3])) {
    throw wrong(
      `a bilinear filler for ${shape.join(" x ")}`,
      "square filters (outputs, inputs, rows, columns)",
    );
  }
  const data = new Float32Array(valuesIn(shape));
  // A single number has neither inputs nor outputs; it is filled as a blob of one.
  fillers[filler.type]({ shape: shape.length === 0 ? [1] : shape, data }, filler, random);
  return data;
}

/** How many values flow into one output, or out of one input, or their mean (`variance_norm`). */
function fan([outputs, ...rest]: number[], { varianceNorm }: FillerParameter): number {
  const fanIn = valuesIn(rest);
  const fanOut = outputs * valuesIn(rest.slice(1));
  if (varianceNorm === VarianceNorm.FAN_OUT) return fanOut;
  return varianceNorm === VarianceNorm.AVERAGE ? (fanIn + fanOut) / 2 : fanIn;
}

function each(data: Float32Array, change: (value: number, index: number) => number): void {
  for (let i = 0; i < data.length; i++) data[i] = change(data[i], i);
}

function between(minimum: number, maximum: number, random: RandomStream): number {
  return minimum + (maximum - minimum) * random.uniform();
}
