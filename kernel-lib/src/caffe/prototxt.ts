import {
  NetParameterSchema,
  SolverParameterSchema,
  type NetParameter,
  type SolverParameter,
} from "./generated/caffe_pb.js";
import { checkOrder } from "./order.js";
import { parseText, printText } from "./textFormat.js";
import { upgradeNet, upgradeSolver } from "./upgrade.js";

export const netText = "a Caffe network (prototxt)";
export const solverText = "a Caffe solver (prototxt)";

/**
 * Parses a network of any age (`layers` or `layer`) into the new syntax.
 *
 * @param subject what an error names, e.g. the file
 * @throws HistobookError `BadInput` with the line of a syntax error or of an unfilled placeholder, for old and new
 * layers mixed, and for layers that need what comes later.
 *
 * @example
 * parseNet('layers { name: "relu1" type: RELU bottom: "a" top: "b" }', "example").layer[0].type; // => "ReLU"
 */
export function parseNet(text: string, subject: string): NetParameter {
  const net = parseText(NetParameterSchema, text, subject, netText);
  const inputs = net.input;
  upgradeNet(net, subject);
  checkOrder(net, subject, inputs);
  return net;
}

/**
 * Parses a solver of any age into the new syntax; an inner network too.
 *
 * @param subject what an error names, e.g. the file
 * @throws HistobookError `BadInput` with the line of a syntax error or of an unfilled placeholder.
 *
 * @example
 * parseSolver("solver_type: ADAGRAD base_lr: 0.5", "example").type; // => "AdaGrad"
 */
export function parseSolver(text: string, subject: string): SolverParameter {
  const solver = parseText(SolverParameterSchema, text, subject, solverText);
  upgradeSolver(solver, subject);
  for (const net of [solver.netParam, solver.trainNetParam, ...solver.testNetParam]) {
    if (net) checkOrder(net, subject);
  }
  return solver;
}

/**
 * Prints a network as a prototxt in the new syntax.
 *
 * @example
 * printNet(parseNet('layer { name: "relu1" type: "ReLU" }', "example"));
 * // => 'layer {\n  name: "relu1"\n  type: "ReLU"\n}\n'
 */
export function printNet(net: NetParameter): string {
  return printText(NetParameterSchema, net);
}

/**
 * Prints a solver as a prototxt in the new syntax.
 *
 * @example
 * printSolver(parseSolver("base_lr: .001 solver_type: ADAGRAD", "example")); // => 'base_lr: 0.001\ntype: "AdaGrad"\n'
 */
export function printSolver(solver: SolverParameter): string {
  return printText(SolverParameterSchema, solver);
}
