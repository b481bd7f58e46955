import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeDatabases } from "../databases/index.js";
import { loadEngine, type EngineChoice } from "../engine/index.js";
import { makeFolds } from "../folds/index.js";
import {
  HistobookError,
  makeFolder,
  stopIfAborted,
  usableCores,
  withLock,
  type RunOptions,
} from "../foundation/index.js";
import { foldModelFiles } from "../models/index.js";
import { loadModel, predictMap } from "../output/index.js";
import { makePatches } from "../patches/index.js";
import {
  deployName,
  openStudy,
  readImage,
  readManifest,
  solverName,
  trainingNetName,
  workingScale,
  type Case,
  type Raster,
  type Study,
} from "../study/index.js";
import { forecastTraining, train, type TrainOptions } from "../training/index.js";
import type { Preset } from "./presets.js";
import type { RegionOptions } from "./runRegions.js";
import { takeImages } from "./takeImages.js";
import type { RunSpeeds } from "./timeBudget.js";

/** What a rehearsal is of. */
export interface RehearsalOptions extends RunOptions {
  scale?: number;
  engine?: EngineChoice;
  seed?: number;
  workers?: number;
  settings: Preset;
  regions: RegionOptions;
  /** What was chosen for the training beside the preset. */
  training: TrainOptions;
}

/** What a rehearsal said. */
export interface Rehearsal {
  engine: string;
  speeds: RunSpeeds;
  /** Patches an iteration. */
  batch: number;
  /** The tests of the study's own prototxts; absent where they are not written yet. */
  solverTests?: { batches: number; every: number };
}

/** Seconds for which training and windows are each measured. */
const measure = 1.5;

/** Epithelium positions an image in the two rehearsals of steps 1 to 3: their difference tells a patch's time from an image's. */
const positions = [20, 220] as const;

/** Side in pixels of the part of an image that is mapped, and the stride. */
const mapped = { side: 256, stride: 4 } as const;

/** Parts of which the progress tells. */
const parts = ["patches", "more patches", "training", "a model", "maps"] as const;

/**
 * Measures in some seconds how fast this machine does each step of a run: does all of them on a few of the study's images, in a
 * folder of its own in the study (so on the same disk), which is removed at the end.
 *
 * @throws HistobookError `BadInput` when none of these images can be used, `NoEngine`, `Interrupted`, and whatever a step throws.
 */
export async function rehearse(study: Study, options: RehearsalOptions): Promise<Rehearsal> {
  const place = join(study.directory, "rehearsal");
  return withLock(`${place}.lock`, async () => {
    // What a killed one has left.
    rmSync(place, { recursive: true, force: true });
    try {
      return await rehearseIn(place, study, options);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
}

async function rehearseIn(place: string, study: Study, options: RehearsalOptions): Promise<Rehearsal> {
  const { settings, signal, seed, workers, engine: choice } = options;
  const scale = workingScale(study.directory, options.scale);
  const told = (done: number): void => {
    stopIfAborted(signal, "the measuring");
    const detail = `measuring this machine: ${parts[done] ?? "done"}`;
    const total = parts.length;
    options.report?.({ event: "progress", step: "plan", done, total, unit: "parts", detail });
  };
  takeImages(fewCases(study), join(place, "images"));
  const rehearsal = openStudy(place);
  const written = copyPrototxts(study, place);
  const steps: StepTimes[] = [];
  for (const [i, perImage] of positions.entries()) {
    told(i);
    const patches = { ...settings.patches, ...options.regions, perImage, scale, workers, seed, signal };
    steps.push(await timeSteps(rehearsal, patches));
  }
  told(2);
  const training = { ...settings.training, ...options.training, engine: choice, seed, signal, fold: 1 };
  // Rehearsed patients are too few for validation patients; their tests cost what the others cost.
  const recipe = { ...training, validateEvery: undefined, earlyStopping: undefined };
  const forecast = await forecastTraining(rehearsal, { ...recipe, measure });
  told(3);
  const [perFold] = await timed(() => train(rehearsal, { ...recipe, iterations: 1, processes: 0 }));
  told(4);
  const secondsPerWindow = await timeWindow(place, rehearsal.cases[0], scale, choice, signal);
  told(5);
  const { secondsPerIteration, secondsPerTestBatch, secondsPerTest, testEvery, batch, engine } = forecast;
  const tests = testEvery > 0 && secondsPerTest > 0 && { batches: testBatches(forecast), every: testEvery };
  return {
    engine,
    batch,
    speeds: {
      ...stepSpeeds(steps, readManifest(place).patches?.images ?? {}),
      secondsPerFold: Math.max(0, perFold - secondsPerIteration - 2 * secondsPerTest),
      secondsPerIteration,
      secondsPerTestBatch,
      secondsPerWindow,
    },
    ...(written && tests && { solverTests: tests }),
  };
}

function testBatches(forecast: { secondsPerTest: number; secondsPerTestBatch: number }): number {
  return Math.round(forecast.secondsPerTest / forecast.secondsPerTestBatch);
}

/** Images of different patients from all over the list: at least four, and enough for every core. */
function fewCases({ cases, directory }: Study): Case[] {
  const patients = new Set<string>();
  const usable = cases.filter(({ maskPath, patient }) => {
    if (maskPath === null || patients.has(patient)) return false;
    patients.add(patient);
    return true;
  });
  const wanted = Math.min(usable.length, Math.max(4, Math.min(8, usableCores())));
  if (wanted >= 2)
    return Array.from({ length: wanted }, (_, i) => usable[Math.floor((i * usable.length) / wanted)]);
  throw new HistobookError("BadInput", {
    subject: directory,
    found: `${usable.length} patients with an image and its mask`,
    expected: "at least 2, who can be split into folds",
    fix: "add images and masks of more patients to images/",
  });
}

/** Takes the first fold's prototxts where they are there. @returns whether they are */
function copyPrototxts({ directory }: Study, place: string): boolean {
  const size = readManifest(directory).folds?.size ?? 32;
  const files = [solverName(1), trainingNetName(size, 1), deployName];
  if (!files.every((file) => existsSync(join(directory, file)))) return false;
  makeFolder(join(place, "models"));
  for (const file of files) copyFileSync(join(directory, file), join(place, file));
  return true;
}

/** What steps 1 to 3 took. */
interface StepTimes {
  patches: { seconds: number; count: number };
  databases: { seconds: number; count: number };
}

async function timeSteps(
  study: Study,
  { workers, signal, seed, ...options }: Parameters<typeof makePatches>[1] & object,
): Promise<StepTimes> {
  const common = { signal, seed };
  const [patches, made] = await timed(() => makePatches(study, { ...options, ...common, workers }));
  const folds = 2;
  await makeFolds(study, { ...common, folds, validation: 0 });
  const [databases] = await timed(() => makeDatabases(study, { ...common, workers }));
  const { total } = made.patches;
  return {
    patches: { seconds: patches, count: total },
    databases: { seconds: databases, count: folds * total },
  };
}

/** Tells what each patch takes from what each image takes. */
function stepSpeeds(
  [few, many]: readonly StepTimes[],
  images: Record<string, { width: number; height: number }>,
): Pick<RunSpeeds, "secondsPerPixel" | "secondsPerPatch" | "secondsPerRecord"> {
  const pixels = Object.values(images).reduce((sum, { width, height }) => sum + width * height, 0);
  const secondsPerPatch = slope(few.patches, many.patches);
  return {
    secondsPerPatch,
    secondsPerPixel: Math.max(0, few.patches.seconds - few.patches.count * secondsPerPatch) / pixels,
    secondsPerRecord: slope(few.databases, many.databases),
  };
}

/** What one more takes; where noise has turned two times round, what each takes in the longer one. */
function slope(few: { seconds: number; count: number }, many: { seconds: number; count: number }): number {
  const more = many.count - few.count;
  const seconds = many.seconds - few.seconds;
  return more > 0 && seconds > 0 ? seconds / more : many.seconds / Math.max(1, many.count);
}

async function timeWindow(
  place: string,
  { imagePath }: Case,
  scale: number,
  choice: EngineChoice | undefined,
  signal: AbortSignal | undefined,
): Promise<number> {
  const engine = await loadEngine(choice);
  const { classifier } = loadModel(engine, foldModelFiles(place, 1));
  try {
    const image = corner(await readImage(imagePath, scale), mapped.side);
    const map = () => predictMap(image, classifier, { stride: mapped.stride, signal });
    const { windows } = await map();
    let [seconds, rounds] = [0, 0];
    while (seconds < measure) {
      const [took] = await timed(map);
      seconds += took;
      rounds++;
    }
    return seconds / (rounds * windows);
  } finally {
    classifier.dispose();
  }
}

/** An image's upper left part. */
function corner({ data, ...image }: Raster, side: number): Raster {
  const [width, height] = [Math.min(side, image.width), Math.min(side, image.height)];
  const channels = data.length / (image.width * image.height);
  const part = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = y * image.width * channels;
    part.set(data.subarray(start, start + width * channels), y * width * channels);
  }
  return { ...image, width, height, data: part };
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const start = performance.now();
  const result = await work();
  return [(performance.now() - start) / 1000, result];
}
