import { filterNet, type LayerParameter, type NetParameter, type Phase } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";
import { isSource, kindOf, type ParameterPlan, type Shape } from "./layers/index.js";

/** A layer that runs, with the shapes it runs on. */
export interface PlannedLayer {
  layer: LayerParameter;
  /** Shapes of the bottoms, without the batch's dimension. */
  bottoms: Shape[];
  /** Shapes of the tops. */
  tops: Shape[];
  parameters: ParameterPlan[];
}

/** A network ready to run in one phase: which layers, on which shapes, with which learned blobs. */
export interface NetworkPlan {
  name: string;
  /** What is fed: the tops of the input layers and their shapes. */
  inputs: Map<string, Shape>;
  /** The data layer that feeds it, when the prototxt names one. */
  source: LayerParameter | undefined;
  layers: PlannedLayer[];
  /** Blobs that no layer takes: losses, accuracies, probabilities. */
  outputs: string[];
}

/**
 * Plans a network for one phase: leaves out the other phase's layers and works out every shape.
 *
 * @param inputShapes shapes of what data layers bring, by top, e.g. data -> [3, 32, 32] and label -> []; a
 *   prototxt with `input_dim` or an Input layer brings its own
 * @throws HistobookError `Unsupported` for an unknown layer, `BadInput` for a bottom that nothing makes.
 */
export function planNetwork(
  net: NetParameter,
  phase: Phase,
  inputShapes: ReadonlyMap<string, Shape>,
): NetworkPlan {
  const active = filterNet(net, { phase }).layer;
  const inputs = new Map<string, Shape>();
  const made = new Map<string, Shape>();
  const layers: PlannedLayer[] = [];
  const unused = new Set<string>();
  for (const layer of active) {
    if (isSource(layer)) {
      for (const [index, top] of layer.top.entries()) {
        const shape = ownInputShape(layer, index) ?? inputShapes.get(top);
        if (!shape) throw missing(layer.name, `no shape for its top "${top}"`, "data of a known shape");
        inputs.set(top, shape);
        made.set(top, shape);
      }
      continue;
    }
    const kind = kindOf(layer);
    if (layer.bottom.length !== kind.bottoms) {
      throw missing(layer.name, `${layer.bottom.length} bottoms`, `${kind.bottoms} for type "${layer.type}"`);
    }
    const bottoms = layer.bottom.map((bottom) => {
      const shape = made.get(bottom);
      if (!shape)
        throw missing(
          layer.name,
          `a bottom "${bottom}" that no layer before it makes`,
          "a top of an earlier layer",
        );
      unused.delete(bottom);
      return shape;
    });
    const tops = kind.shapes(layer, bottoms);
    layer.top.forEach((top, index) => {
      made.set(top, tops[index]);
      unused.add(top);
    });
    layers.push({ layer, bottoms, tops, parameters: kind.parameters?.(layer, bottoms) ?? [] });
  }
  return { name: net.name, inputs, source: active.find(isDataLayer), layers, outputs: [...unused] };
}

/** Tells whether a layer reads images from a database or a list. */
export function isDataLayer(layer: LayerParameter): boolean {
  return layer.type === "Data" || layer.type === "ImageData";
}

/** The number of learned values in a network. */
export function parameterCount(plan: NetworkPlan): number {
  const sizes = plan.layers.flatMap(({ parameters }) =>
    parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1)),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

function ownInputShape(layer: LayerParameter, index: number): Shape | undefined {
  const shapes = layer.inputParam?.shape ?? [];
  const shape = shapes.length === 1 ? shapes[0] : shapes.at(index);
  // The first dimension is the batch's, which is free here.
  return shape?.dim.slice(1).map(Number);
}

function missing(layer: string, found: string, expected: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: `layer "${layer}"`,
    found,
    expected,
    fix: "correct the prototxt",
  });
}
