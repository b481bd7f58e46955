import {
  filterNet,
  type LayerParameter,
  type NetParameter,
  type NetUse,
  type Phase,
} from "../caffe/index.js";
import { HistobookError, isHistobookError } from "../foundation/index.js";
import type { ParameterPlan, Shape } from "./layers/index.js";
import { isSource, kindOf } from "./layers/kinds.js";
import type { LayerKind } from "./layers/layer.js";
import { shareParameters } from "./sharing.js";

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
 * @param use the phase, or a use with level and stages too
 * @param inputShapes shapes of what data layers bring, by top, e.g. data -> [3, 32, 32] and label -> []; a
 *   prototxt with `input_dim` or an Input layer brings its own
 * @param file the prototxt, which errors name when it is given
 * @throws HistobookError `Unsupported` for an unknown layer, `BadInput` for a bottom that nothing makes.
 * @example
 * const data = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 32 dim: 32 } } }';
 * const pool = 'layer { name: "pool" type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 3 stride: 2 } }';
 * const plan = planNetwork(parseNet(data + pool, "net.prototxt"), Phase.TEST, new Map());
 * plan.layers[0].tops; // => [[3, 16, 16]]
 */
export function planNetwork(
  net: NetParameter,
  use: Phase | NetUse,
  inputShapes: ReadonlyMap<string, Shape>,
  file?: string,
): NetworkPlan {
  try {
    return planLayers(net, typeof use === "number" ? { phase: use } : use, inputShapes);
  } catch (error) {
    if (file === undefined || !isHistobookError(error)) throw error;
    const subject = `${file}: ${error.parts.subject}`;
    throw new HistobookError(error.code, { ...error.parts, subject, cause: error });
  }
}

function planLayers(net: NetParameter, use: NetUse, inputShapes: ReadonlyMap<string, Shape>): NetworkPlan {
  const active = filterNet(net, use).layer;
  const inputs = new Map<string, Shape>();
  const made = new Map<string, Shape>();
  const layers: PlannedLayer[] = [];
  const unused = new Set<string>();
  for (const layer of active) {
    if (isSource(layer)) {
      for (const [index, top] of layer.top.entries()) {
        const shape = ownInputShape(layer, index) ?? inputShapes.get(top);
        if (!shape) throw misfit(layer.name, `no shape for its top "${top}"`, "data of a known shape");
        inputs.set(top, shape);
        made.set(top, shape);
      }
      continue;
    }
    const kind = kindOf(layer);
    checkBottoms(layer, kind);
    const bottoms = layer.bottom.map((bottom) => {
      const shape = made.get(bottom);
      if (!shape) {
        const found = `a bottom "${bottom}" that no layer before it makes`;
        throw misfit(layer.name, found, "a top of an earlier layer");
      }
      unused.delete(bottom);
      return shape;
    });
    const tops = kind.shapes(layer, bottoms);
    if (tops.length !== layer.top.length) {
      throw misfit(layer.name, `${layer.top.length} tops`, `${tops.length} for type "${layer.type}"`);
    }
    layer.top.forEach((top, index) => {
      made.set(top, tops[index]);
      unused.add(top);
    });
    layers.push({ layer, bottoms, tops, parameters: kind.parameters?.(layer, bottoms) ?? [] });
  }
  shareParameters(layers);
  return { name: net.name, inputs, source: active.find(isDataLayer), layers, outputs: [...unused] };
}

function checkBottoms({ name, type, bottom }: LayerParameter, { bottoms }: LayerKind): void {
  const [least, most] = typeof bottoms === "number" ? [bottoms, bottoms] : bottoms;
  if (bottom.length >= least && bottom.length <= most) return;
  const expected =
    least === most ? `${least}` : most === Infinity ? `${least} or more` : `${least} to ${most}`;
  throw misfit(name, `${bottom.length} bottoms`, `${expected} for type "${type}"`);
}

/** Tells whether a layer reads images from a database or a list. */
export function isDataLayer(layer: LayerParameter): boolean {
  return layer.type === "Data" || layer.type === "ImageData";
}

/** A network's blobs in the order of its layers; one that several layers share stands where it comes first. */
export function ownParameters(plan: NetworkPlan): ParameterPlan[] {
  return plan.layers.flatMap(({ parameters }) => parameters.filter(({ owner }) => owner === undefined));
}

/** The number of learned values in a network, and of those that it keeps beside them (BatchNorm's statistics). */
export function parameterCount(plan: NetworkPlan): number {
  const sizes = ownParameters(plan).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  return sizes.reduce((total, size) => total + size, 0);
}

function ownInputShape(layer: LayerParameter, index: number): Shape | undefined {
  const shapes = layer.inputParam?.shape ?? [];
  const shape = shapes.length === 1 ? shapes[0] : shapes.at(index);
  // The first dimension is the batch's, which is free here.
  return shape?.dim.slice(1).map(Number);
}

function misfit(layer: string, found: string, expected: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: `layer "${layer}"`,
    topic: "prototxts",
    found,
    expected,
    fix: "correct the prototxt",
  });
}
