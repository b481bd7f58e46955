import type { LayerParameter } from "../caffe/index.js";
import { isGiven, unsupported, type ParameterPlan } from "./layers/layer.js";

/** A blob that has a name, kept with the first layer that gives it. */
interface NamedBlob {
  layer: string;
  index: number;
  parameter: ParameterPlan;
}

/**
 * Joins the blobs to which several layers give one name (`param { name: "w" }`): they are one blob, learned by the sum
 * of their gradients. Caffe lets any of the layers set its multipliers, but no two differently.
 *
 * @throws HistobookError `Unsupported` when shapes or multipliers disagree.
 */
export function shareParameters(layers: { layer: LayerParameter; parameters: ParameterPlan[] }[]): void {
  const named = new Map<string, NamedBlob>();
  const given = new Map<string, { lrMult?: number; decayMult?: number }>();
  for (const { layer, parameters } of layers) {
    parameters.forEach((parameter, index) => {
      const specification = layer.param.at(index);
      const name = specification?.name ?? "";
      if (!specification || name === "") return;
      const first = named.get(name);
      if (!first) named.set(name, { layer: layer.name, index, parameter });
      else checkFit(layer, name, parameter, first);
      const { parameter: kept } = named.get(name)!;
      const before = given.get(name) ?? {};
      for (const field of ["lrMult", "decayMult"] as const) {
        if (!isGiven(specification, field)) continue;
        const value = specification[field];
        const earlier = before[field];
        if (earlier !== undefined && earlier !== value) {
          throw unsupported(
            layer,
            `another multiplier (${value}) for "${name}"`,
            `${earlier}, as given before`,
          );
        }
        before[field] = value;
        kept[field === "lrMult" ? "rateMultiplier" : "decayMultiplier"] = value;
      }
      given.set(name, before);
      if (first) parameter.owner = { layer: first.layer, index: first.index };
    });
  }
}

function checkFit(layer: LayerParameter, name: string, { layout }: ParameterPlan, first: NamedBlob): void {
  // Blobs of one shape may lie differently on the engine: one layer's input is an image, the other's a vector.
  if (JSON.stringify(layout) === JSON.stringify(first.parameter.layout)) return;
  throw unsupported(
    layer,
    `blob "${name}" of ${layout.dimensions.join(" x ")}`,
    `${first.parameter.layout.dimensions.join(" x ")} as in layer "${first.layer}"`,
  );
}
