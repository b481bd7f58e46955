import { resolve } from "node:path";
import {
  Phase,
  readNetPrototxt,
  type NetParameter,
  type NetState,
  type NetUse,
  type SolverParameter,
} from "../caffe/index.js";
import { HistobookError, storedPath } from "../foundation/index.js";

/** A network and the use that a solver makes of it. */
export interface SolverNetwork {
  net: NetParameter;
  /** The phase, and the level and stages that its layers' rules ask for. */
  use: NetUse;
  /** Its prototxt, absolute; undefined when it stands in the solver's. */
  file: string | undefined;
  /** What errors call that file. */
  name: string | undefined;
}

/** What a solver trains and what it tests; often one network in its two phases. */
export interface SolverNetworks {
  train: SolverNetwork;
  /** Undefined when the solver names a network for training alone. */
  test: SolverNetwork | undefined;
}

/** A network as a solver gives it: a file's name, or the network itself. */
type Given = string | NetParameter;

/**
 * Reads the networks that a solver names, in any of Caffe's ways: `net` or `net_param` for both uses, `train_net` or
 * `train_net_param` and `test_net` or `test_net_param` for one; with `train_state` and `test_state`.
 *
 * @param workingDirectory what files' names are relative to
 * @param namesFrom the folder from which errors name them
 * @throws HistobookError `BadInput` for none or several networks for training, `Unsupported` for several for tests.
 */
export function solverNetworks(
  solver: SolverParameter,
  subject: string,
  workingDirectory: string,
  namesFrom: string,
): SolverNetworks {
  const general = given(solver.net, solver.netParam);
  const training = [...general, ...given(solver.trainNet, solver.trainNetParam)];
  if (training.length !== 1) {
    throw new HistobookError("BadInput", {
      subject,
      topic: "prototxts",
      found: training.length === 0 ? "no net" : `${training.length} networks to train`,
      expected: 'net: "..." with the network\'s prototxt, once',
      fix: "name one network in the solver",
    });
  }
  const testing: Given[] = [...solver.testNetParam, ...solver.testNet];
  const tests = Math.max(testing.length, solver.testIter.length);
  if (tests > 1) {
    throw new HistobookError("Unsupported", {
      subject,
      found: `${tests} test networks`,
      expected: "one test_iter and at most one test_net",
      fix: "test one network here, and the others with solvers of their own",
    });
  }
  const test = testing.at(0) ?? general.at(0);
  const read = (one: Given, phase: Phase, state: NetState | undefined): SolverNetwork => {
    const file = typeof one === "string" ? resolve(workingDirectory, one) : undefined;
    const net = typeof one === "string" ? readNetPrototxt(resolve(workingDirectory, one)) : one;
    const name = file && storedPath(namesFrom, file);
    return { net, file, name, use: { phase, level: state?.level, stages: state?.stage } };
  };
  return {
    train: read(training[0], Phase.TRAIN, solver.trainState),
    test: test === undefined ? undefined : read(test, Phase.TEST, solver.testState.at(0)),
  };
}

function given(file: string, net: NetParameter | undefined): Given[] {
  return [...(file === "" ? [] : [file]), ...(net ? [net] : [])];
}
