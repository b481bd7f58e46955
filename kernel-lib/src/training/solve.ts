import { SolverParameter_SnapshotFormat as SnapshotFormat, type SolverParameter } from "../caffe/index.js";
import type { Learner } from "../engine/index.js";
import { cellSignal, HistobookError } from "../foundation/index.js";
import { checkPolicy } from "./learningRate.js";
import { dataLayerOf, openPhase, startLearner, type OpenPhase } from "./openPhase.js";
import { readSnapshot } from "./snapshots.js";
import { openValidation } from "./validation.js";
import { SolverRun, testIterations, type SolveResult } from "./solverRun.js";
import type { SolveTask } from "./solveTask.js";

/**
 * Runs a solver to its max_iter as `caffe train` does: tests, displays and snapshots at the solver's intervals; or until
 * tests on validation patients show no progress, where the task asks for that.
 *
 * An interrupt leaves a snapshot.
 *
 * @throws HistobookError `Interrupted`, `Unsupported`, or `BadInput` for files that don't fit together.
 */
export async function solve(task: SolveTask): Promise<SolveResult> {
  const { solver, workingDirectory, subject, signal = cellSignal() } = task;
  checkSolver(solver, subject);
  const start = task.snapshot === undefined ? undefined : readSnapshot(task.snapshot, workingDirectory);
  const from = start?.iteration ?? 0;
  const reread = task.cursor === "restart";
  const { networks } = task;
  const train = await openPhase(task, networks.train, reread ? 0 : from * solver.iterSize);
  let test: OpenPhase | undefined;
  let learner: Learner | undefined;
  try {
    const validation = task.validation && (await openValidation(task, task.validation));
    if (solver.testInterval > 0 && networks.test && dataLayerOf(networks.test)) {
      test = await openPhase(
        task,
        networks.test,
        reread ? 0 : testsBefore(solver, from) * testIterations(solver),
      );
    }
    learner = startLearner(task, train, start);
    const run = new SolverRun({ ...task, signal }, train, test, validation, learner, from);
    while (run.iteration < solver.maxIter) {
      if (signal?.aborted) throw await run.interrupt();
      if (await run.validateIfDue()) break;
      await run.step();
    }
    return await run.finish();
  } finally {
    learner?.dispose();
    await train.feed.close();
    await test?.feed.close();
  }
}

function checkSolver(solver: SolverParameter, subject: string): void {
  const wrong = (found: string, expected: string): HistobookError =>
    new HistobookError("BadInput", {
      subject,
      topic: "prototxts",
      found,
      expected,
      fix: "correct the solver's prototxt",
    });
  if (solver.snapshotFormat === SnapshotFormat.HDF5) {
    throw new HistobookError("Unsupported", {
      subject,
      found: "snapshot_format: HDF5",
      expected: "BINARYPROTO, Caffe's default",
      fix: "remove that line from the solver",
    });
  }
  checkPolicy(solver, subject);
  if (!(solver.maxIter > 0)) throw wrong(`max_iter: ${solver.maxIter}`, "at least 1");
  if (!(solver.baseLr > 0))
    throw wrong(`base_lr: ${Number(solver.baseLr.toPrecision(7))}`, "a positive learning rate");
  if (solver.type === "AdaGrad" && solver.momentum !== 0) {
    // Stored as float32, whose further digits nobody wrote.
    const momentum = Number(solver.momentum.toPrecision(7));
    throw wrong(`momentum: ${momentum} with AdaGrad`, "no momentum, as Caffe demands");
  }
}

/** How many tests an undisturbed run has done before an iteration begins. */
function testsBefore(solver: SolverParameter, iteration: number): number {
  const later = iteration === 0 ? 0 : Math.floor((iteration - 1) / solver.testInterval);
  return later + (iteration > 0 && solver.testInitialization ? 1 : 0);
}
