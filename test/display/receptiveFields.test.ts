/** How much of a patch a layer's values see. */
import { expect, test } from "vitest";
import { parseNet, Phase } from "../../kernel-lib/src/caffe/index.js";
import { planNetwork } from "../../kernel-lib/src/engine/index.js";
import { receptiveFields } from "../../kernel-lib/src/display/receptiveFields.js";

const input =
  'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } } }';
const convolution = (name: string, bottom: string, window: string) =>
  `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}" convolution_param { num_output: 2 ${window} } }`;
const pooling = (name: string, bottom: string, window: string) =>
  `layer { name: "${name}" type: "Pooling" bottom: "${bottom}" top: "${name}" pooling_param { ${window} } }`;
const join = (name: string, type: string, ...bottoms: string[]) =>
  `layer { name: "${name}" type: "${type}" ${bottoms.map((bottom) => `bottom: "${bottom}"`).join(" ")} top: "${name}" }`;

function fieldsOf(...layers: string[]) {
  const plan = planNetwork(parseNet([input, ...layers].join("\n"), "test"), Phase.TEST, new Map());
  return Object.fromEntries(receptiveFields(plan, 64));
}

test("one layer after the other sees more and more", () => {
  const fields = fieldsOf(
    convolution("c1", "data", "kernel_size: 5 pad: 2"),
    pooling("p1", "c1", "kernel_size: 3 stride: 2"),
    convolution("c2", "p1", "kernel_size: 5 pad: 2"),
  );
  expect(fields).toEqual({ c1: 5, p1: 7, c2: 15 });
});

test("branches see what they see, and what joins them sees what any of them sees", () => {
  const fields = fieldsOf(
    convolution("wide", "data", "kernel_size: 7 pad: 3"),
    convolution("narrow", "data", "kernel_size: 3 pad: 1"),
    convolution("point", "narrow", "kernel_size: 1"),
    join("both", "Concat", "wide", "point"),
    convolution("after", "both", "kernel_size: 3 pad: 1"),
    join("sum", "Eltwise", "after", "wide"),
  );
  expect(fields).toEqual({ wide: 7, narrow: 3, point: 3, both: 7, after: 9, sum: 9 });
});

test("branches that are not in the middle of each other see both sides", () => {
  // The first values see pixels 0 to 2 and -1 to 1.
  const fields = fieldsOf(
    pooling("behind", "data", "kernel_size: 3 stride: 2"),
    convolution("before", "data", "kernel_size: 3 stride: 2 pad: 1"),
    join("both", "Concat", "behind", "before"),
    convolution("after", "both", "kernel_size: 3 pad: 1"),
  );
  expect(fields).toEqual({ behind: 3, before: 3, both: 4, after: 8 });
});

test("windows that are dilated, oblong or as large as the map count as they are", () => {
  expect(fieldsOf(convolution("c", "data", "kernel_size: 3 pad: 4 dilation: 4"))).toEqual({ c: 9 });
  expect(fieldsOf(convolution("c", "data", "kernel_h: 3 kernel_w: 5"))).toEqual({ c: 5 });
  const small = fieldsOf(
    pooling("halves", "data", "kernel_size: 2 stride: 2 pool: AVE"),
    pooling("all", "halves", "global_pooling: true pool: AVE"),
    convolution("c", "all", "kernel_size: 1"),
  );
  expect(small).toEqual({ halves: 2 });
});
