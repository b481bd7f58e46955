import { create, isFieldSet } from "@bufbuild/protobuf";
import { HistobookError } from "../foundation/errors.js";
import {
  NetParameterSchema,
  NetStateRuleSchema,
  type LayerParameter,
  type NetParameter,
  type NetStateRule,
  type Phase,
} from "./generated/caffe_pb.js";

/** For which use a network is built. */
export interface NetUse {
  phase: Phase;
  /** Compared with the rules' `min_level` and `max_level`; 0 unless the solver says otherwise. */
  level?: number;
  /** Free words that the rules' `stage` and `not_stage` ask for. */
  stages?: readonly string[];
}

/**
 * The network with only the layers that belong to one use, by their `include` and `exclude` rules, as Caffe
 * filters it. The layers are shared with the network given, not copied.
 *
 * @throws HistobookError `BadInput` for a layer that has rules of both kinds.
 *
 * @example
 * const net = parseNet('layer { name: "accuracy" type: "Accuracy" include { phase: TEST } }', "example");
 * filterNet(net, { phase: Phase.TRAIN }).layer.length; // => 0
 */
export function filterNet(net: NetParameter, use: NetUse): NetParameter {
  const filtered = Object.assign(create(NetParameterSchema), net);
  filtered.layer = net.layer.filter((layer) => belongs(layer, use));
  return filtered;
}

function belongs(layer: LayerParameter, use: NetUse): boolean {
  const { include, exclude } = layer;
  if (include.length > 0 && exclude.length > 0) {
    throw new HistobookError("BadInput", {
      subject: `layer "${layer.name}"`,
      topic: "prototxts",
      found: "both include and exclude rules",
      expected: "rules of one kind",
      fix: "say all with include",
    });
  }
  if (include.length > 0) return include.some((rule) => meets(rule, use));
  return !exclude.some((rule) => meets(rule, use));
}

function meets(rule: NetStateRule, { phase, level = 0, stages = [] }: NetUse): boolean {
  const { field } = NetStateRuleSchema;
  if (isFieldSet(rule, field.phase) && rule.phase !== phase) return false;
  if (isFieldSet(rule, field.minLevel) && level < rule.minLevel) return false;
  if (isFieldSet(rule, field.maxLevel) && level > rule.maxLevel) return false;
  return (
    rule.stage.every((stage) => stages.includes(stage)) &&
    !rule.notStage.some((stage) => stages.includes(stage))
  );
}
