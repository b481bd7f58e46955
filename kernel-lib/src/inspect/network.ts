import {
  filterNet,
  Phase,
  printNet,
  readNetPrototxt,
  type LayerParameter,
  type NetParameter,
} from "../caffe/index.js";
import { isDataLayer, parameterCount, planNetwork, type NetworkPlan } from "../engine/index.js";
import { messageOf } from "../foundation/index.js";
import type { Inspection } from "./inspection.js";
import { shapeText } from "./values.js";

/** Sizes from the outermost to the innermost, without the batch's. */
type Shape = readonly number[];

/** A layer of the prototxt, with what its plan adds. */
interface LayerSummary {
  name: string;
  type: string;
  bottom: string[];
  top: string[];
  /** The phases in which it runs. */
  phases: ("TRAIN" | "TEST")[];
  /** Shapes of the tops; null when they can't be worked out. */
  outputs: Shape[] | null;
  /** Number of learned values; null when it can't be worked out. */
  parameters: number | null;
}

/**
 * What a network's prototxt says: its layers, and where the size of its input is known, their output shapes and
 * numbers of learned values.
 *
 * @param text the file's text, which tells whether it is in the old syntax
 * @param size side in pixels of what data layers bring, where they have no crop_size
 */
export function inspectNetwork(path: string, text: string, size?: number): Inspection {
  const net = readNetPrototxt(path);
  const oldSyntax = /(^|\s)layers\s*:?\s*\{/.test(text);
  const planned = [Phase.TRAIN, Phase.TEST].map((phase) => planOf(net, phase, size));
  const plans = planned.filter((plan) => typeof plan !== "string");
  const reasons = planned.filter((plan) => typeof plan === "string");
  const layers = net.layer.map((layer) => summarize(layer, net, plans));
  const parameters = plans.length > 0 ? Math.max(...plans.map(parameterCount)) : null;
  const counted = parameters === null ? "" : ` ${parameters} learned values.`;
  return {
    kind: "network",
    data: { name: net.name, parameters, oldSyntax, layers, prototxt: printNet(net) },
    lines: [
      `Network "${net.name}":${counted}`,
      ...(oldSyntax ? ["Its layers are in Caffe's old syntax (V1) and were upgraded on load."] : []),
      ...layers.map(layerLine),
      ...(plans.length === 0 ? [`Output shapes can't be worked out: ${reasons[0]}`] : []),
    ],
    warnings: [],
  };
}

/** A phase's plan, or why there is none. */
function planOf(net: NetParameter, phase: Phase, size: number | undefined): NetworkPlan | string {
  const shapes = new Map<string, number[]>();
  for (const layer of filterNet(net, { phase }).layer.filter(isDataLayer)) {
    const side = layer.transformParam?.cropSize || size;
    if (!side) return `layer "${layer.name}" has no crop_size; add --size PIXELS.`;
    const [data, label] = layer.top;
    shapes.set(data, [layer.transformParam?.forceGray ? 1 : 3, side, side]);
    if (label !== undefined) shapes.set(label, []);
  }
  try {
    return planNetwork(net, phase, shapes);
  } catch (error) {
    // Of a network that histobook can't run, what it says is still of interest.
    return messageOf(error);
  }
}

function summarize(layer: LayerParameter, net: NetParameter, plans: readonly NetworkPlan[]): LayerSummary {
  const { name, type, bottom, top } = layer;
  const phases = (["TRAIN", "TEST"] as const).filter((phase) =>
    filterNet(net, { phase: Phase[phase] }).layer.includes(layer),
  );
  const summary = { name, type, bottom, top, phases };
  for (const plan of plans) {
    const found = plan.layers.find((one) => one.layer === layer);
    if (found) {
      const parameters = parameterCount({ ...plan, layers: [found] });
      return { ...summary, outputs: found.tops, parameters };
    }
    const brought = top.map((name) => plan.inputs.get(name));
    if (bottom.length === 0 && phases.length > 0 && brought.every((shape) => shape !== undefined)) {
      return { ...summary, outputs: brought, parameters: 0 };
    }
  }
  return { ...summary, outputs: null, parameters: null };
}

function layerLine({ name, type, bottom, top, phases, outputs, parameters }: LayerSummary): string {
  const flow = [bottom.join(", "), top.join(", ")].filter((names) => names !== "").join(" -> ");
  const notes = [
    ...(outputs ? [outputs.map(shapeText).join(" and ")] : []),
    ...(parameters ? [`${parameters} learned values`] : []),
    ...(phases.length === 1 ? [`${phases[0]} only`] : []),
  ];
  return [`  ${name} (${type}): ${flow}`, ...notes].join(", ");
}
