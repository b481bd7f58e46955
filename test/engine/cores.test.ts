import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNet, Phase } from "../../kernel-lib/dist/caffe/index.js";
import {
  initialWeights,
  parameterCount,
  planNetwork,
  takeWeights,
  transformationOf,
  transformBatch,
} from "../../kernel-lib/dist/engine/index.js";
import { reorder, toBlobOrder, toTensorOrder } from "../../kernel-lib/dist/engine/layout.js";
import { averageDivisors, poolingAxis } from "../../kernel-lib/dist/engine/layers/poolingAxis.js";
import { smallNetworks } from "./networks.js";

const floats = (length: number, start = 0) => Float32Array.from({ length }, (_, i) => start + i);
const product = (lengths: number[]) => lengths.reduce((a, b) => a * b, 1);

/** A shape and an order of its axes. */
const layouts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((dimensions) =>
  fc
    .shuffledSubarray(
      dimensions.map((_, axis) => axis),
      { minLength: dimensions.length },
    )
    .map((order) => ({ dimensions, order, tensorShape: order.map((axis) => dimensions[axis]) })),
);

describe("layout", () => {
  test("reorder puts the value of every index where the order says", () => {
    fc.assert(
      fc.property(layouts, ({ dimensions, order, tensorShape }) => {
        const at = (shape: number[], index: number[]) =>
          index.reduce((place, i, axis) => place * shape[axis] + i, 0);
        const result = reorder(floats(product(dimensions)), dimensions, order);
        for (let place = 0; place < result.length; place++) {
          let rest = place;
          const index = [...tensorShape].reverse().map((length) => {
            const i = rest % length;
            rest = (rest - i) / length;
            return i;
          });
          index.reverse();
          const source: number[] = [];
          order.forEach((axis, i) => (source[axis] = index[i]));
          expect(result[place]).toBe(at(dimensions, source));
        }
      }),
    );
  });

  test("toBlobOrder undoes toTensorOrder", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const values = floats(product(layout.dimensions));
        expect(toBlobOrder(toTensorOrder(values, layout), layout)).toEqual(values);
      }),
    );
  });
});

describe("pooling", () => {
  /** Caffe's own loops (pooling_layer.cpp), one axis alone. */
  function naiveAxis(length: number, kernel: number, stride: number, pad: number) {
    let pooled = Math.ceil((length + 2 * pad - kernel) / stride) + 1;
    if (pad > 0 && (pooled - 1) * stride >= length + pad) pooled--;
    const divisors: number[] = [];
    for (let p = 0; p < pooled; p++) {
      const start = p * stride - pad;
      const end = Math.min(start + kernel, length + pad);
      divisors.push(end - start);
    }
    return { pooled, divisors };
  }

  test("an axis has Caffe's windows and divisors, and every window touches the input", () => {
    const sizes = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }))
      .chain(([length, kernel, stride]) =>
        fc.tuple(
          fc.constant(Math.max(length, kernel)),
          fc.constant(kernel),
          fc.integer({ min: 1, max: Math.min(stride, kernel) }),
          fc.integer({ min: 0, max: kernel - 1 }),
        ),
      );
    fc.assert(
      fc.property(sizes, ([length, kernel, stride, pad]) => {
        const axis = poolingAxis(length, kernel, stride, pad);
        const { pooled, divisors } = naiveAxis(length, kernel, stride, pad);
        expect(axis.output).toBe(pooled);
        expect(averageDivisors(axis)).toEqual(divisors);
        const starts = divisors.map((_, window) => window * stride - pad);
        expect(starts.every((start) => start < length && start + kernel > 0)).toBe(true);
      }),
    );
  });

  test("the tutorial's three poolings halve 32 to 16, 8 and 4, and the last window counts fewer pixels", () => {
    expect([32, 16, 8].map((length) => poolingAxis(length, 3, 2, 0).output)).toEqual([16, 8, 4]);
    expect(averageDivisors(poolingAxis(8, 3, 2, 0))).toEqual([3, 3, 3, 2]);
  });
});

describe("transformBatch", () => {
  test("gives every pixel less the mean at its source, cropped, mirrored and scaled", () => {
    const cases = fc.record({
      channels: fc.constantFrom(1, 3),
      height: fc.integer({ min: 2, max: 6 }),
      width: fc.integer({ min: 2, max: 6 }),
      crop: fc.integer({ min: 1, max: 2 }),
      count: fc.integer({ min: 1, max: 3 }),
      scale: fc.constantFrom(1, 0.5),
      withMean: fc.boolean(),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(cases, ({ channels, height, width, crop, count, scale, withMean, seed }) => {
        const images = { channels, height, width };
        const plane = height * width;
        const pixels = Uint8Array.from({ length: count * channels * plane }, (_, i) => (i * 37 + seed) % 256);
        const mean = withMean ? floats(channels * plane, seed % 7) : null;
        const mirrored = Uint8Array.from({ length: count }, (_, n) => (n + seed) % 2);
        const corners = Uint16Array.from({ length: 2 * count }, (_, i) =>
          i % 2 === 0 ? (seed + i) % (height - crop + 1) : (seed + 2 * i) % (width - crop + 1),
        );
        const batch = { pixels, labels: new Int32Array(count), mirrored, corners };
        const found = transformBatch(batch, images, { cropSize: crop, mirror: true, scale, mean });
        const expected: number[] = [];
        for (let n = 0; n < count; n++)
          for (let y = 0; y < crop; y++)
            for (let x = 0; x < crop; x++)
              for (let c = 0; c < channels; c++) {
                const column = corners[2 * n + 1] + (mirrored[n] ? crop - 1 - x : x);
                const place = c * plane + (corners[2 * n] + y) * width + column;
                const value = pixels[n * channels * plane + place];
                expected.push((value - (mean ? mean[place] : 0)) * scale);
              }
        expect([...found]).toEqual(expected);
      }),
    );
  });

  const layer = (parameters: string) =>
    parseNet(`layer { name: "d" type: "Data" top: "d" transform_param { ${parameters} } }`, "net").layer[0];
  const images = { channels: 3, height: 4, width: 4 };
  const mean = (size: number) => ({
    channels: 3,
    height: size,
    width: size,
    data: new Float32Array(3 * size * size),
  });

  test("transformationOf reads crop, mirror, scale and means a channel", () => {
    const found = transformationOf(
      layer("crop_size: 2 mirror: true scale: 0.5 mean_value: 1 mean_value: 2 mean_value: 3"),
      images,
      null,
      "net",
    );
    expect(found).toMatchObject({ cropSize: 2, mirror: true, scale: 0.5 });
    expect([0, 16, 32].map((place) => found.mean![place])).toEqual([1, 2, 3]);
  });

  test("transformationOf names the mean image or the crop that does not fit", () => {
    expect(() => transformationOf(layer(""), images, mean(5), "net.prototxt")).toThrow(
      /net.prototxt: found a mean image of 3 x 5 x 5, expected 3 x 4 x 4 as the images/,
    );
    expect(() => transformationOf(layer("crop_size: 5"), images, null, "net.prototxt")).toThrow(
      /found images of 4 x 4, expected at least 5 x 5 pixels/,
    );
  });
});

describe("planNetwork", () => {
  const shapes = new Map([
    ["data", [2, 9, 9]],
    ["label", []],
  ]);
  const plan = (text: string, phase = Phase.TRAIN) => planNetwork(parseNet(text, "net"), phase, shapes);
  const data = 'layer { name: "data" type: "Data" top: "data" top: "label" }';

  test("counts every learned value", () => {
    // 4 filters of 2 x 3 x 3 with biases, then 3 scores of 4 x 4 x 4 values with biases.
    expect(parameterCount(plan(Object.values(smallNetworks)[0]))).toBe(4 * 18 + 4 + 3 * 64 + 3);
  });

  test("leaves out the other phase's layers", () => {
    const text = Object.values(smallNetworks)[0];
    expect(plan(text).outputs).toEqual(["loss"]);
    expect(plan(text, Phase.TEST).outputs).toEqual(["loss", "accuracy"]);
  });

  test.each([
    [
      'layer { name: "odd" type: "Crop" bottom: "data" top: "x" }',
      /layer "odd": found type "Crop", expected one of/,
    ],
    [
      'layer { name: "relu" type: "ReLU" bottom: "nothing" top: "x" }',
      /layer "relu": found a bottom "nothing" that no layer before it makes/,
    ],
    ['layer { name: "relu" type: "ReLU" top: "x" }', /layer "relu": found 0 bottoms, expected 1/],
    [
      'layer { name: "c" type: "Convolution" bottom: "data" top: "x" convolution_param { num_output: 1 kernel_size: 20 } }',
      /layer "c": found a window larger than its input of 9 x 9/,
    ],
    [
      'layer { name: "c" type: "Convolution" bottom: "data" top: "x" convolution_param { num_output: 3 group: 2 kernel_size: 3 } }',
      /layer "c": found group: 2, expected a divisor of 2 channels and 3 outputs/,
    ],
    [
      'layer { name: "e" type: "Eltwise" bottom: "data" top: "x" }',
      /layer "e": found 1 bottoms, expected 2 or more for type "Eltwise"/,
    ],
    [
      'layer { name: "s" type: "Scale" bottom: "data" bottom: "data" bottom: "data" top: "x" }',
      /layer "s": found 3 bottoms, expected 1 to 2 for type "Scale"/,
    ],
    [
      'layer { name: "r" type: "ReLU" bottom: "data" top: "x" top: "y" }',
      /layer "r": found 2 tops, expected 1 for type "ReLU"/,
    ],
    [
      'layer { name: "n" type: "BatchNorm" bottom: "data" top: "x" param { lr_mult: 1 } }',
      /layer "n": found lr_mult: 1, expected lr_mult: 0, since its blobs are statistics/,
    ],
    [
      'layer { name: "n" type: "LRN" bottom: "data" top: "x" lrn_param { local_size: 4 } }',
      /layer "n": found local_size: 4, expected an odd local_size/,
    ],
    [
      'layer { name: "f" type: "Flatten" bottom: "data" top: "x" flatten_param { axis: 0 } }',
      /layer "f": found axis: 0, the batch's, expected an axis of the images/,
    ],
    [
      'layer { name: "f" type: "Flatten" bottom: "data" top: "x" flatten_param { axis: 4 } }',
      /layer "f": found axis: 4, expected an axis of an input that has 4/,
    ],
    [
      'layer { name: "r" type: "Reshape" bottom: "data" top: "x" reshape_param { shape { dim: 3 dim: -1 } } }',
      /layer "r": found a shape of 3, -1 for 162 values an image, expected the batch first/,
    ],
    [
      'layer { name: "r" type: "Reshape" bottom: "data" top: "x" reshape_param { shape { dim: 0 dim: 5 dim: -1 } } }',
      /layer "r": found a shape of 0, 5, -1 for 162 values an image/,
    ],
    [
      'layer { name: "s" type: "Slice" bottom: "data" top: "x" top: "y" top: "z" }',
      /layer "s": found 3 tops for a length of 2/,
    ],
    [
      'layer { name: "s" type: "Slice" bottom: "data" top: "x" top: "y" slice_param { slice_point: 2 } }',
      /layer "s": found slice_point 2 for 2 tops and a length of 2/,
    ],
    [
      'layer { name: "e" type: "Eltwise" bottom: "data" bottom: "data" top: "x" eltwise_param { operation: PROD coeff: 1 coeff: 2 } }',
      /layer "e": found coeff with PROD, expected coeff with SUM alone/,
    ],
    [
      'layer { name: "e" type: "Eltwise" bottom: "data" bottom: "label" top: "x" }',
      /layer "e": found inputs of shapes \[2, 9, 9\] and \[\], expected inputs of one shape/,
    ],
    [
      'layer { name: "l" type: "Log" bottom: "data" top: "x" log_param { base: -2 } }',
      /layer "l": found base: -2, expected a base above 0/,
    ],
    [
      'layer { name: "a" type: "InnerProduct" bottom: "data" top: "x" param { name: "w" } inner_product_param { num_output: 2 } } layer { name: "b" type: "InnerProduct" bottom: "x" top: "y" param { name: "w" } inner_product_param { num_output: 2 } }',
      /layer "b": found blob "w" of 2 x 2, expected 2 x 2 x 9 x 9 as in layer "a"/,
    ],
    [
      'layer { name: "a" type: "InnerProduct" bottom: "data" top: "x" inner_product_param { num_output: 2 } } layer { name: "l" type: "SoftmaxWithLoss" bottom: "x" bottom: "label" top: "l" top: "p" }',
      /layer "l": found 2 tops, expected 1/,
    ],
    ['layer { name: "c" type: "Convolution" bottom: "data" top: "x" }', /layer "c": found no num_output/],
    ['layer { name: "ip" type: "InnerProduct" bottom: "data" top: "x" }', /layer "ip": found no num_output/],
    [
      'layer { name: "p" type: "Pooling" bottom: "data" top: "x" pooling_param { pool: STOCHASTIC kernel_size: 2 } }',
      /layer "p": found pool: STOCHASTIC, expected MAX or AVE, since Caffe itself pools so on its GPU alone/,
    ],
    [
      'layer { name: "l" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "x" }',
      /layer "l": found scores of shape \[2, 9, 9\], expected one score a class/,
    ],
  ])("names the layer of %s", (text, sentence) => {
    expect(() => plan(`${data} ${text}`)).toThrow(sentence);
  });

  test("names the prototxt too when it is known", () => {
    const net = parseNet(`${data} layer { name: "odd" type: "Crop" bottom: "data" top: "x" }`, "net");
    expect(() => planNetwork(net, Phase.TRAIN, shapes, "models/odd.prototxt")).toThrow(
      /^models\/odd.prototxt: layer "odd": found type "Crop", expected one of AbsVal, Accuracy/,
    );
  });

  test("a blob that two layers share is one, with the multipliers that either gives", () => {
    const product = (name: string, bottom: string, parameter: string) =>
      `layer { name: "${name}" type: "InnerProduct" bottom: "${bottom}" top: "${name}" ${parameter}
        inner_product_param { num_output: 162 bias_term: false weight_filler { type: "xavier" } } }`;
    const flat = `${data} layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }`;
    const text = (second: string) =>
      `${flat} ${product("a", "flat", 'param { name: "w" decay_mult: 3 }')} ${product("b", "a", second)}`;
    const shared = plan(text('param { name: "w" lr_mult: 5 }'));
    expect(parameterCount(shared)).toBe(162 * 162);
    expect(shared.layers[1].parameters[0]).toMatchObject({ rateMultiplier: 5, decayMultiplier: 3 });
    const weights = initialWeights(shared, 1);
    expect(weights.get("b")![0]).toBe(weights.get("a")![0]);
    expect(() => plan(text('param { name: "w" decay_mult: 4 }'))).toThrow(
      /layer "b": found another multiplier \(4\) for "w", expected 3, as given before/,
    );
  });
});

describe("weights", () => {
  const plan = planNetwork(
    parseNet(
      `layer { name: "data" type: "Data" top: "data" }
       layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" inner_product_param { num_output: 50
         weight_filler { type: "gaussian" mean: 1 std: 0.5 } bias_filler { type: "constant" value: 0.25 } } }
       layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" inner_product_param { num_output: 40
         weight_filler { type: "xavier" } bias_filler { type: "uniform" min: 2 max: 3 } } }
       layer { name: "c" type: "InnerProduct" bottom: "b" top: "c" inner_product_param { num_output: 30
         weight_filler { type: "msra" } } }`,
      "net",
    ),
    Phase.TRAIN,
    new Map([["data", [60]]]),
  );
  const moments = (values: Float32Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.sqrt(square), low: Math.min(...values), high: Math.max(...values) };
  };

  test("initialWeights fills as the fillers say", () => {
    const weights = initialWeights(plan, 7);
    const [[a, biasA], [b, biasB], [c, biasC]] = ["a", "b", "c"].map((name) => weights.get(name)!);
    expect(moments(a.data).mean).toBeCloseTo(1, 1);
    expect(moments(a.data).deviation).toBeCloseTo(0.5, 1);
    expect([...new Set(biasA.data)]).toEqual([0.25]);
    const bound = Math.sqrt(3 / 50);
    expect(moments(b.data).low).toBeGreaterThanOrEqual(-bound);
    expect(moments(b.data).low).toBeLessThan(-0.95 * bound);
    expect(moments(b.data).high).toBeLessThanOrEqual(bound);
    expect(moments(biasB.data).low).toBeGreaterThanOrEqual(2);
    expect(moments(biasB.data).high).toBeLessThanOrEqual(3);
    expect(moments(c.data).deviation).toBeCloseTo(Math.sqrt(2 / 40), 1);
    expect([...new Set(biasC.data)]).toEqual([0]);
    expect(initialWeights(plan, 7)).toEqual(weights);
    expect(initialWeights(plan, 8).get("a")![0].data).not.toEqual(a.data);
  });

  test("initialWeights names the layer of a filler that it does not know", () => {
    const text = `layer { name: "data" type: "Data" top: "data" }
      layer { name: "odd" type: "InnerProduct" bottom: "data" top: "a" inner_product_param { num_output: 5
        weight_filler { type: "orthogonal" } } }`;
    const odd = planNetwork(parseNet(text, "net"), Phase.TRAIN, new Map([["data", [6]]]));
    expect(() => initialWeights(odd, 1)).toThrow(
      /layer "odd": found a filler of type "orthogonal", expected one of constant, gaussian/,
    );
  });

  const filled = (filler: string, output = 50) => {
    const text = `layer { name: "data" type: "Data" top: "data" }
      layer { name: "x" type: "InnerProduct" bottom: "data" top: "x" inner_product_param { num_output: ${output}
        weight_filler { ${filler} } } }`;
    const one = planNetwork(parseNet(text, "net"), Phase.TRAIN, new Map([["data", [200]]]));
    return initialWeights(one, 3).get("x")![0].data;
  };

  test("xavier and msra count the inputs, the outputs or both", () => {
    const variances = { FAN_IN: 200, FAN_OUT: 50, AVERAGE: 125 };
    for (const [norm, count] of Object.entries(variances)) {
      const xavier = moments(filled(`type: "xavier" variance_norm: ${norm}`));
      expect(xavier.high, norm).toBeLessThanOrEqual(Math.sqrt(3 / count));
      expect(xavier.high, norm).toBeGreaterThan(0.98 * Math.sqrt(3 / count));
      const { deviation } = moments(filled(`type: "msra" variance_norm: ${norm}`));
      expect(Math.abs(deviation / Math.sqrt(2 / count) - 1), norm).toBeLessThan(0.03);
    }
  });

  test("a sparse gaussian leaves the share that Caffe's leaves", () => {
    const values = filled('type: "gaussian" std: 1 sparse: 10');
    expect(values.filter((value) => value !== 0).length / values.length).toBeCloseTo(10 / 50, 1);
    expect(filled('type: "gaussian" std: 1 sparse: 50').every((value) => value !== 0)).toBe(true);
    expect(() => filled('type: "xavier" sparse: 3')).toThrow(/layer "x": found sparse with a xavier filler/);
  });

  test("positive_unitball gives each output positive weights that add up to 1", () => {
    const values = filled('type: "positive_unitball"');
    for (let start = 0; start < values.length; start += 200) {
      const row = values.subarray(start, start + 200);
      expect(row.every((value) => value >= 0)).toBe(true);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
  });

  test("bilinear gives the weights of an interpolation", () => {
    const text = `layer { name: "data" type: "Data" top: "data" }
      layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 2 kernel_size: 4
        weight_filler { type: "bilinear" } } }`;
    const one = planNetwork(parseNet(text, "net"), Phase.TRAIN, new Map([["data", [1, 8, 8]]]));
    const { data } = initialWeights(one, 1).get("c")![0];
    const line = [0.25, 0.75, 0.75, 0.25];
    const expected = line.flatMap((row) => line.map((column) => row * column));
    expect([...data]).toEqual([...expected, ...expected]);
  });

  test("takeWeights takes layers of the same name, and keeps the others' first weights", () => {
    const fresh = initialWeights(plan, 1);
    const other = initialWeights(plan, 2);
    const taken = takeWeights(plan, new Map([["b", other.get("b")!]]), "F.caffemodel", fresh);
    expect(taken.get("a")![0].data).toEqual(fresh.get("a")![0].data);
    expect(taken.get("b")![0].data).toEqual(other.get("b")![0].data);
  });

  test("takeWeights takes a bias that an old file writes as 1 x 1 x 1 x N", () => {
    const weights = initialWeights(plan, 1);
    const old = new Map(
      [...weights].map(([name, [values, bias]]) => [
        name,
        [
          { ...values, shape: [1, 1, ...values.shape] },
          { ...bias, shape: [1, 1, 1, ...bias.shape] },
        ],
      ]),
    );
    expect(takeWeights(plan, old, "F.caffemodel")).toEqual(weights);
  });

  test("takeWeights names the layer that a model lacks, and the one of another shape", () => {
    const weights = initialWeights(plan, 1);
    const without = new Map([...weights].filter(([name]) => name !== "b"));
    expect(() => takeWeights(plan, without, "F.caffemodel")).toThrow(
      /F.caffemodel: found no weights for layer "b"/,
    );
    const wrong = new Map([...weights, ["b", weights.get("a")!]]);
    expect(() => takeWeights(plan, wrong, "F.caffemodel")).toThrow(
      /found blobs of 50x60 and 50 for layer "b", expected 40x50 and 40/,
    );
  });
});
