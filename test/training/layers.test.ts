import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readModel, readSolverState, type Blob } from "../../kernel-lib/dist/caffe/index.js";
import { trainSolver, type LogEntry } from "../../kernel-lib/dist/training/index.js";
import { copyOfDatabase, golden } from "../engine/golden.js";
import { largestDifference, largestValue } from "../engine/numpy.js";

interface Run {
  losses: number[];
  tests: [string, number][];
}
const caffe = JSON.parse(readFileSync(join(golden, "runs", "losses.json"), "utf8")) as Record<string, Run>;
const home = process.cwd();

/** Makes a folder as `caffe train` was run in, and works in it. */
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "histobook-runs-"));
  for (const [name, database] of Object.entries({ DB_train: "space", DB_test: "shuffle" })) {
    renameSync(copyOfDatabase(database, folder), join(folder, name));
  }
  cpSync(join(golden, "c", "mean_space.binaryproto"), join(folder, "mean.binaryproto"));
  cpSync(join(golden, "c", "list_space.txt"), join(folder, "list.txt"));
  cpSync(join(golden, "c", "patches"), join(folder, "patches"), { recursive: true });
  cpSync(join(golden, "runs"), folder, { recursive: true });
  process.chdir(folder);
});
afterAll(() => process.chdir(home));

const lossesOf = (entries: LogEntry[]) =>
  entries.flatMap((entry) => (entry.kind === "loss" ? [entry.loss] : []));
const testsOf = (entries: LogEntry[]) =>
  entries.flatMap((entry) => (entry.kind === "test" ? [entry.outputs] : []));
const flatten = (blobs: Blob[]) => blobs.flatMap(({ data }) => [...data]);

/** Changes a file of the folder. */
function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}

describe("training a network with BatchNorm and Scale", () => {
  test.each(["sgd", "adagrad"])("goes the way of caffe train by %s", async (name) => {
    const { entries } = await trainSolver(`${name}.prototxt`, { weights: "init.caffemodel" });
    const losses = lossesOf(entries);
    expect(losses.length).toBe(8);
    losses.forEach((loss, i) => {
      expect(Math.abs(loss / caffe[name].losses[i] - 1), `iteration ${i}`).toBeLessThan(2e-5);
    });
    const tests = testsOf(entries).flatMap(({ accuracy, loss }) => [accuracy, loss]);
    // Before its last test Caffe runs the training network once more to display its loss, which changes the statistics
    // that the test takes, and is in no snapshot; our last test is of the model that was written.
    caffe[name].tests.slice(0, 4).forEach(([, value], i) => {
      expect(Math.abs(tests[i] / value - 1), `test ${i}`).toBeLessThan(2e-5);
    });
    for (const iteration of [4, 8]) {
      const file = `${name}_iter_${iteration}.caffemodel`;
      const [ours, theirs] = [readModel(file), readModel(join(golden, "runs", file))].map(
        ({ weights }) => weights,
      );
      const learned = [...theirs].filter(([, blobs]) => blobs.length > 0);
      expect([...ours].map(([layer, blobs]) => [layer, blobs.map(({ shape }) => shape)])).toEqual(
        learned.map(([layer, blobs]) => [layer, blobs.map(({ shape }) => shape)]),
      );
      for (const [layer, blobs] of learned) {
        blobs.forEach(({ data }, i) => {
          const difference = largestDifference(ours.get(layer)![i].data, data);
          expect(difference / largestValue(data), `${layer} ${i}`).toBeLessThan(2e-4);
        });
      }
    }
    const state = `${name}_iter_8.solverstate`;
    const [ours, theirs] = [state, join(golden, "runs", state)].map((file) => readSolverState(file).history);
    expect(ours.map(({ shape }) => shape)).toEqual(theirs.map(({ shape }) => shape));
    theirs.forEach(({ data }, i) => {
      const difference = largestDifference(ours[i].data, data);
      expect(difference / Math.max(largestValue(data), 1e-30), `history ${i}`).toBeLessThan(1e-3);
    });
  });

  test("AdaGrad's decay of the statistics is in the solver's state, as in Caffe's", () => {
    const [, mean, variance, weight] = readSolverState(
      join(golden, "runs", "adagrad_iter_8.solverstate"),
    ).history;
    expect([mean, variance, weight].every(({ data }) => largestValue(data) > 0)).toBe(true);
  });

  test("goes on from a snapshot as if nothing had been between", async () => {
    await trainSolver("sgd.prototxt", { weights: "init.caffemodel" });
    const whole = ["caffemodel", "solverstate"].map((kind) => readFileSync(`sgd_iter_8.${kind}`));
    await trainSolver("sgd.prototxt", { snapshot: "sgd_iter_4.solverstate" });
    const resumed = ["caffemodel", "solverstate"].map((kind) => readFileSync(`sgd_iter_8.${kind}`));
    expect(resumed.map((bytes, i) => bytes.equals(whole[i]))).toEqual([true, true]);
  });

  test("goes on from Caffe's own snapshot", async () => {
    cpSync(join(golden, "runs"), ".", { recursive: true });
    const { entries } = await trainSolver("sgd.prototxt", { snapshot: "sgd_iter_4.solverstate" });
    const losses = lossesOf(entries);
    expect(losses.length).toBe(4);
    losses.forEach((loss, i) => {
      expect(Math.abs(loss / caffe.sgd.losses[4 + i] - 1), `iteration ${4 + i}`).toBeLessThan(2e-5);
    });
  });

  test("what is held fixed stays, and its gradient counts for nothing", async () => {
    edit("net.prototxt", 'type: "Convolution"', 'type: "Convolution" param { lr_mult: 0 decay_mult: 0 }');
    await trainSolver("adagrad.prototxt", { weights: "init.caffemodel" });
    const [before, after] = ["init", "adagrad_iter_8"].map((name) => readModel(`${name}.caffemodel`).weights);
    expect(flatten(after.get("conv")!)).toEqual(flatten(before.get("conv")!));
    expect(flatten(after.get("ip")!)).not.toEqual(flatten(before.get("ip")!));
    const [filters] = readSolverState("adagrad_iter_8.solverstate").history;
    expect(largestValue(filters.data)).toBe(0);
  });

  test("an output of several values has a name for each", async () => {
    edit("net.prototxt", 'top: "accuracy"', 'top: "accuracy" top: "each_class"');
    const { entries } = await trainSolver("adagrad.prototxt", { weights: "init.caffemodel" });
    const [first] = testsOf(entries);
    expect(Object.keys(first)).toEqual(["loss", "accuracy", "each_class[0]", "each_class[1]"]);
    expect(first["each_class[0]"]).toBeGreaterThanOrEqual(0);
  });

  test("a layer that is not known is named with its type and the network's file", async () => {
    edit("net.prototxt", 'type: "Scale"', 'type: "Deconvolution"');
    await expect(trainSolver("sgd.prototxt")).rejects.toThrow(
      /^net.prototxt: layer "scale": found type "Deconvolution", expected one of AbsVal/,
    );
  });
});

describe("training straight from a list of images", () => {
  const train = (options: Parameters<typeof trainSolver>[1] = {}) =>
    trainSolver("images.prototxt", { weights: "init.caffemodel", ...options });

  test("has caffe's losses, which are those of the database", async () => {
    const images = await train();
    const database = await trainSolver("adagrad.prototxt", { weights: "init.caffemodel" });
    expect(lossesOf(images.entries)).toEqual(lossesOf(database.entries));
    expect(testsOf(images.entries)).toEqual(testsOf(database.entries));
    lossesOf(images.entries).forEach((loss, i) => {
      expect(Math.abs(loss / caffe.images.losses[i] - 1), `iteration ${i}`).toBeLessThan(2e-5);
    });
    expect(images.entries[0]).toMatchObject({ kind: "run", batch: 12 });
  });

  test("tests from a list too, crops and mirrors", async () => {
    for (const net of ["net.prototxt", "net-images.prototxt"]) {
      edit(
        net,
        /scale: 0.02 }\s*include { phase: TRAIN/,
        "scale: 0.02 crop_size: 24 mirror: true } include { phase: TRAIN",
      );
      edit(net, /scale: 0.02 }\s*include { phase: TEST/, "scale: 0.02 crop_size: 24 } include { phase: TEST");
    }
    rmSync("DB_test", { recursive: true });
    renameSync(copyOfDatabase("space", "."), "DB_test");
    edit(
      "net-images.prototxt",
      /type: "Data" data_param { source: "DB_test" batch_size: 16 backend: LEVELDB }/,
      'type: "ImageData" image_data_param { source: "list.txt" batch_size: 16 root_folder: "patches/" }',
    );
    const options = { iterations: 4 };
    const images = await trainSolver("images.prototxt", options);
    const database = await trainSolver("adagrad.prototxt", options);
    expect(lossesOf(images.entries)).toEqual(lossesOf(database.entries));
    expect(testsOf(images.entries)).toEqual(testsOf(database.entries));
  });

  test("a resumed run sees the images that an undisturbed one would have seen, shuffled too", async () => {
    edit(
      "net-images.prototxt",
      'root_folder: "patches/"',
      'root_folder: "patches/" shuffle: true rand_skip: 50',
    );
    edit("net-images.prototxt", "batch_size: 12", "batch_size: 60");
    const whole = lossesOf((await train()).entries);
    const resumed = lossesOf(
      (await train({ weights: undefined, snapshot: "images_iter_4.solverstate" })).entries,
    );
    expect(resumed).toEqual(whole.slice(4));
    const other = lossesOf((await train({ seed: 2 })).entries);
    expect(other).not.toEqual(whole);
  });

  test("an override of the batch reaches it", async () => {
    const { entries } = await train({ batch: 5, iterations: 1 });
    expect(entries[0]).toMatchObject({ batch: 5 });
  });

  test.each<[string, () => void, RegExp]>([
    [
      "a missing image",
      () => rmSync("patches/08006_2_e_76.png"),
      /list.txt, line 3: found 08006_2_e_76.png, which is not there \(.*\), expected an image file/,
    ],
    [
      "a broken image",
      () =>
        writeFileSync("patches/08006_2_e_76.png", readFileSync("patches/08006_2_e_76.png").subarray(0, 300)),
      /list.txt, line 3: found 08006_2_e_76.png, a file that can't be decoded, expected a whole PNG, TIFF or JPEG/,
    ],
    [
      "an image of another size",
      () => cpSync(join("formats", "0-turned.jpg"), "patches/08006_2_e_76.png"),
      /list.txt, line 3: found 08006_2_e_76.png of 24 x 32 pixels, expected 32 x 32 as the first image of the list/,
    ],
    ["a missing list", () => rmSync("list.txt"), /list.txt: found no such list/],
    [
      "an empty list",
      () => writeFileSync("list.txt", "\n"),
      /list.txt: found no patch, expected at least one/,
    ],
    [
      "a line without a class",
      () => edit("list.txt", "08001_3_p_50.png 1", "08001_3_p_50.png"),
      /list.txt, line 2: found/,
    ],
    [
      "one of new_height and new_width",
      () => edit("net-images.prototxt", 'root_folder: "patches/"', 'root_folder: "patches/" new_height: 20'),
      /images.prototxt: layer "train": found new_height: 20 and new_width: 0, expected both or neither/,
    ],
    [
      "a batch of none",
      () => edit("net-images.prototxt", "batch_size: 12", "batch_size: 0"),
      /images.prototxt: layer "train": found batch_size: 0/,
    ],
  ])("stops with one sentence at %s", async (_, spoil, sentence) => {
    spoil();
    await expect(train()).rejects.toThrow(sentence);
  });
});
