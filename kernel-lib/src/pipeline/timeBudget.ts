import { HistobookError } from "../foundation/index.js";
import {
  minutesWords,
  mostIterations,
  testBatch,
  testBatchCount,
  trainingSeconds,
  usualTestInterval,
  validationBatchCount,
  type TrainingPace,
} from "../training/index.js";

/** How fast this machine is, in seconds. */
export interface RunSpeeds {
  /** Step 1: a pixel at the working scale, read and told apart; a patch, cut and written. */
  secondsPerPixel: number;
  secondsPerPatch: number;
  /** Step 3: a patch in one database. */
  secondsPerRecord: number;
  /** Step 4: getting a fold's training under way, and writing its model. */
  secondsPerFold: number;
  secondsPerIteration: number;
  /** A batch of a test, on test or on validation patients. */
  secondsPerTestBatch: number;
  /** Step 5. */
  secondsPerWindow: number;
}

/** What a run has to do whatever its time: the study's images, and what preset and options say. */
export interface RunWork {
  /** Working sizes in pixels of the images that have a mask. */
  images: readonly { width: number; height: number }[];
  folds: number;
  /** The share of a fold's training patients kept for validation, [0,1]. */
  validationShare: number;
  /** Patches for each epithelium position: all types and rotations together. */
  patchesPerPosition: number;
  /** Patches an iteration. */
  batch: number;
  /** Tests on validation patients: iterations between two, null for the usual; undefined for none. */
  validateEvery?: number | null;
  /** The tests of prototxts that are there already; those that are written now follow from patches and iterations. */
  solverTests?: { batches: number; every: number };
}

/** What time decides in a run. */
export interface RunPlan {
  /** At most so many epithelium positions an image. */
  perImage: number;
  /** Iterations a fold. */
  iterations: number;
  /** Step 5 computes every n-th pixel of every n-th row. */
  stride: number;
  /** What its parts take by the speeds that were measured: steps 1 and 3, step 4, step 5 with the evaluation. */
  seconds: { patches: number; training: number; maps: number };
}

/** The shares of the time, and how far each choice goes (docs/recipes.md, "A time budget"). */
const rule = {
  /** Of the whole, for steps 1 to 3 and for step 5 at most. */
  patches: 0.2,
  maps: 0.25,
  /** Kept free: what is not measured, and other programs. */
  spare: 0.1,
  /** Of a fold's training, for its iterations at most; the rest is for tests. */
  iterations: 0.8,
  /** Epithelium positions an image; 5000 is the tutorial's. */
  perImage: { least: 10, most: 5000 },
  strides: [1, 2, 4, 8],
  /** How often a training sees each of its patches at least; more patches than that teach nothing. */
  epochs: 2,
} as const;

/** Pixels an image of a validation patient on which a threshold is chosen (`ValidationOptions`). */
const pixelsForThreshold = 1500;

/**
 * Plans a run for a time: how many patches, iterations and which stride.
 *
 * A tenth of the time is kept free. Steps 1 to 3 get a fifth of it, step 5 a quarter, each less where it can't use so much; what is
 * left is the training's, in which tests take a fifth. The stride is the smallest of 1, 2, 4 and 8 whose maps fit, the patches are
 * as many as fit and as the training sees twice. More time never gives fewer iterations or a larger stride.
 *
 * @param seconds for all five steps and the evaluation
 * @throws HistobookError `BadOption` when the time is too short for any run; the sentence says how much is needed.
 */
export function planTimeBudget(seconds: number, work: RunWork, speeds: RunSpeeds): RunPlan {
  const plan = planWithin(seconds, work, speeds);
  if (plan) return plan;
  throw new HistobookError("BadOption", {
    subject: "--minutes",
    found: minutesWords(seconds),
    expected: `at least ${minutesWords(leastSeconds(seconds, work, speeds))} for ${work.images.length} images and ${work.folds} folds here`,
    fix: "give more time",
  });
}

/** How long the parts of a run take with these choices. */
export function secondsOfRun(
  { perImage, iterations, stride }: Pick<RunPlan, "perImage" | "iterations" | "stride">,
  work: RunWork,
  speeds: RunSpeeds,
): RunPlan["seconds"] {
  const fold =
    speeds.secondsPerFold + trainingSeconds(paceOf(perImage, iterations, work, speeds), iterations);
  return {
    patches: patchesSeconds(perImage, work, speeds),
    training: work.folds * fold,
    maps: mapsSeconds(stride, work, speeds),
  };
}

function planWithin(seconds: number, work: RunWork, speeds: RunSpeeds): RunPlan | undefined {
  const { least, most } = rule.perImage;
  const ofPatches = between(
    rule.patches * seconds,
    patchesSeconds(least, work, speeds),
    patchesSeconds(most, work, speeds),
  );
  const [finest, coarsest] = [rule.strides[0], rule.strides[rule.strides.length - 1]];
  const ofMaps = between(
    rule.maps * seconds,
    mapsSeconds(coarsest, work, speeds),
    mapsSeconds(finest, work, speeds),
  );
  const ofFold = ((1 - rule.spare) * seconds - ofPatches - ofMaps) / work.folds - speeds.secondsPerFold;
  const atMost = (rule.iterations * ofFold) / speeds.secondsPerIteration;
  const iterations = mostIterations(ofFold, (count) => paceOf(least, count, work, speeds), atMost);
  if (iterations < 1) return undefined;
  const stride = rule.strides.find((one) => mapsSeconds(one, work, speeds) <= ofMaps) ?? coarsest;
  const fits = (perImage: number): boolean =>
    patchesSeconds(perImage, work, speeds) <= ofPatches &&
    trainingSeconds(paceOf(perImage, iterations, work, speeds), iterations) <= ofFold &&
    rule.epochs * trainingPatches(perImage, work) <= iterations * work.batch;
  const perImage = roundedDown(largest(least, most, fits));
  return {
    perImage,
    iterations,
    stride,
    seconds: secondsOfRun({ perImage, iterations, stride }, work, speeds),
  };
}

/** The shortest time that a plan is found for, to a hundredth. */
function leastSeconds(tooShort: number, work: RunWork, speeds: RunSpeeds): number {
  let [short, enough] = [tooShort, 2 * tooShort];
  while (!planWithin(enough, work, speeds)) [short, enough] = [enough, 2 * enough];
  while (enough > 1.01 * short) {
    const middle = (short + enough) / 2;
    if (planWithin(middle, work, speeds)) enough = middle;
    else short = middle;
  }
  // Told with two digits, which may round it down.
  return 1.05 * enough;
}

function patchesSeconds(perImage: number, work: RunWork, speeds: RunSpeeds): number {
  const pixels = work.images.reduce((sum, { width, height }) => sum + width * height, 0);
  const patches = allPatches(perImage, work);
  return (
    pixels * speeds.secondsPerPixel +
    patches * (speeds.secondsPerPatch + work.folds * speeds.secondsPerRecord)
  );
}

function mapsSeconds(stride: number, work: RunWork, { secondsPerWindow }: RunSpeeds): number {
  const windows = work.images.reduce(
    (sum, { width, height }) => sum + Math.ceil(width / stride) * Math.ceil(height / stride),
    0,
  );
  // Each image is a test image once, and one of the others' validation images as often as the share says.
  const validationImages = (work.folds - 1) * work.images.length * work.validationShare;
  return (windows + validationImages * pixelsForThreshold) * secondsPerWindow;
}

/** What a fold's training is made of; nothing of it grows when there are fewer patches. */
function paceOf(perImage: number, iterations: number, work: RunWork, speeds: RunSpeeds): TrainingPace {
  const { folds, validateEvery, solverTests, validationShare } = work;
  const patches = allPatches(perImage, work);
  const batches = solverTests?.batches ?? testBatchCount(patches / folds);
  const validation = patches * (1 - 1 / folds) * validationShare;
  return {
    secondsPerIteration: speeds.secondsPerIteration,
    secondsPerTest: batches * speeds.secondsPerTestBatch,
    testEvery: solverTests?.every ?? usualTestInterval(iterations),
    ...(validateEvery !== undefined && {
      validation: {
        seconds: validationBatchCount(validation, testBatch) * speeds.secondsPerTestBatch,
        every: validateEvery,
      },
    }),
  };
}

function allPatches(perImage: number, { images, patchesPerPosition }: RunWork): number {
  return images.length * perImage * patchesPerPosition;
}

/** Those that a fold trains on. */
function trainingPatches(perImage: number, work: RunWork): number {
  return allPatches(perImage, work) * (1 - 1 / work.folds) * (1 - work.validationShare);
}

/** The largest whole number that passes, of a test that no larger one passes once one has failed; `least` if none does. */
function largest(least: number, most: number, passes: (value: number) => boolean): number {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function roundedDown(perImage: number): number {
  return perImage < 100 ? perImage : Math.floor(perImage / 10) * 10;
}

function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
