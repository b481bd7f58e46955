import { clearField, create, isFieldSet } from "@bufbuild/protobuf";
import { HistobookError } from "../foundation/errors.js";
import {
  BlobShapeSchema,
  InputParameterSchema,
  LayerParameterSchema,
  SolverParameterSchema,
  SolverParameter_SolverType as OldSolver,
  type NetParameter,
  type SolverParameter,
} from "./generated/caffe_pb.js";
import { upgradeLayer } from "./upgradeLayers.js";

/** The new name of every old solver type. */
const solverNames: Record<OldSolver, string> = {
  [OldSolver.SGD]: "SGD",
  [OldSolver.NESTEROV]: "Nesterov",
  [OldSolver.ADAGRAD]: "AdaGrad",
  [OldSolver.RMSPROP]: "RMSProp",
  [OldSolver.ADADELTA]: "AdaDelta",
  [OldSolver.ADAM]: "Adam",
};

/**
 * Brings a network of any age into the new syntax, in place, as Caffe does on load: `layers` becomes `layer`,
 * `input` an Input layer, and the statistics of old BatchNorm layers are held fixed.
 *
 * @throws HistobookError `BadInput` for a mixture of old and new layers or sizes that don't fit the inputs,
 * `Unsupported` for the syntax of 2013 (`layers { layer { ... } }`).
 */
export function upgradeNet(net: NetParameter, subject: string): void {
  if (net.layers.some((layer) => layer.layer)) {
    throw new HistobookError("Unsupported", {
      subject,
      found: "layers in Caffe's syntax of 2013 (layers { layer { ... } })",
      expected: "layers { ... } or layer { ... }",
      fix: "convert the file with Caffe's upgrade_net_proto_text or upgrade_net_proto_binary",
    });
  }
  if (net.layers.length > 0) {
    if (net.layer.length > 0) {
      throw new HistobookError("BadInput", {
        subject,
        topic: "prototxts",
        found: "both 'layers' (old syntax) and 'layer' (new syntax)",
        expected: "one of the two",
        fix: "write all layers in the new syntax",
      });
    }
    net.layer = net.layers.map(upgradeLayer);
    net.layers = [];
  }
  upgradeInputs(net, subject);
  for (const layer of net.layer) {
    if (layer.type !== "BatchNorm" || layer.param.length !== 3) continue;
    for (const parameter of layer.param) Object.assign(parameter, { lrMult: 0, decayMult: 0 });
  }
}

function upgradeInputs(net: NetParameter, subject: string): void {
  const { input, inputShape, inputDim } = net;
  if (input.length === 0) return;
  // An old model file names its inputs without sizes; there the names are of no use.
  if (inputShape.length > 0 || inputDim.length > 0) {
    const shapes =
      inputShape.length > 0
        ? inputShape
        : input.map((_, index) =>
            create(BlobShapeSchema, { dim: inputDim.slice(4 * index, 4 * index + 4).map(BigInt) }),
          );
    if (shapes.length < input.length || shapes.some((shape) => shape.dim.length === 0)) {
      throw badInputs(
        subject,
        `${inputShape.length} input_shape and ${inputDim.length} input_dim`,
        input.length,
      );
    }
    if (inputShape.length === 0 && inputDim.length !== 4 * input.length) {
      throw badInputs(subject, `${inputDim.length} input_dim`, input.length);
    }
    net.layer.unshift(
      create(LayerParameterSchema, {
        name: "input",
        type: "Input",
        top: input,
        inputParam: create(InputParameterSchema, { shape: shapes.slice(0, input.length) }),
      }),
    );
  }
  net.input = [];
  net.inputShape = [];
  net.inputDim = [];
}

function badInputs(subject: string, found: string, inputs: number): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "prototxts",
    found: `${found} for ${inputs} input`,
    expected: "one input_shape, or four input_dim (number, channels, height, width), for each input",
    fix: "correct the sizes",
  });
}

/**
 * Brings a solver into the new syntax, in place, as Caffe does on load: `solver_type: ADAGRAD` becomes
 * `type: "AdaGrad"`, and networks that stand inside it are upgraded.
 *
 * @throws HistobookError `BadInput` when it gives both, or an inner network is not sound.
 */
export function upgradeSolver(solver: SolverParameter, subject: string): void {
  const { field } = SolverParameterSchema;
  if (isFieldSet(solver, field.solverType)) {
    if (isFieldSet(solver, field.type)) {
      throw new HistobookError("BadInput", {
        subject,
        topic: "prototxts",
        found: "both 'solver_type' (old syntax) and 'type' (new syntax)",
        expected: "one of the two",
        fix: "keep 'type' alone",
      });
    }
    solver.type = solverNames[solver.solverType];
    clearField(solver, field.solverType);
  }
  const inner = [solver.netParam, solver.trainNetParam, ...solver.testNetParam];
  for (const net of inner) if (net) upgradeNet(net, subject);
}
