import type { LayerParameter } from "../../caffe/index.js";
import { withGradient } from "./gradient.js";
import { sameShapes, unsupported, type LayerKind } from "./layer.js";

/** Caffe's POWER: (shift + scale * x) ^ power. */
export const power: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, layer, bottoms: [input] }) {
    const { power: exponent = 1, scale = 1, shift = 0 } = layer.powerParam ?? {};
    // Caffe does not look at the input then, and passes no gradient on.
    if (exponent * scale === 0) return [tf.fill(input.shape, exponent === 0 ? 1 : shift ** exponent)];
    const scaled = scale === 1 ? input : tf.mul(input, scale);
    const base = shift === 0 ? scaled : tf.add(scaled, shift);
    if (exponent === 1) return [base];
    return [exponent === 2 ? tf.square(base) : tf.pow(base, exponent)];
  },
};

/** Caffe's ABSVAL; its gradient at zero is zero. */
export const absoluteValue: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, bottoms }) {
    const output = withGradient(tf, bottoms, {
      forward: ([input]) => ({ value: tf.abs(input), saved: [input] }),
      backward: (upstream, [input]) => [tf.mul(upstream, tf.sign(input))],
    });
    return [output];
  },
};

/** Caffe's EXP: base ^ (shift + scale * x); without a base, e. */
export const exponential: LayerKind = {
  bottoms: 1,
  shapes(layer, bottoms) {
    logOfBase(layer, layer.expParam?.base ?? -1);
    return bottoms;
  },
  run({ tf, layer, bottoms: [input] }) {
    const { base = -1, scale = 1, shift = 0 } = layer.expParam ?? {};
    const logarithm = logOfBase(layer, base);
    const inner = logarithm * scale;
    const powers = tf.exp(inner === 1 ? input : tf.mul(input, inner));
    return [shift === 0 ? powers : tf.mul(powers, Math.exp(logarithm * shift))];
  },
};

/** Caffe's LOG: the logarithm of shift + scale * x; without a base, the natural one. */
export const logarithm: LayerKind = {
  bottoms: 1,
  shapes(layer, bottoms) {
    if (logOfBase(layer, layer.logParam?.base ?? -1) === 0) {
      throw unsupported(layer, "base: 1", "another base, since 1 has no logarithms");
    }
    return bottoms;
  },
  run({ tf, layer, bottoms: [input] }) {
    const { base = -1, scale = 1, shift = 0 } = layer.logParam ?? {};
    const scaled = scale === 1 ? input : tf.mul(input, scale);
    const natural = tf.log(shift === 0 ? scaled : tf.add(scaled, shift));
    return [base === -1 ? natural : tf.div(natural, logOfBase(layer, base))];
  },
};

/** The natural logarithm of a base; -1, the default, stands for e. */
function logOfBase(layer: LayerParameter, base: number): number {
  if (base === -1) return 1;
  if (base > 0) return Math.log(base);
  throw unsupported(layer, `base: ${base}`, "a base above 0, or none for e");
}
