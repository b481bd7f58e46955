import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readModel } from "../../kernel-lib/dist/caffe/index.js";
import { trainSolver } from "../../kernel-lib/dist/training/index.js";
import { golden } from "../engine/golden.js";

const runs = join(golden, "runs");
const home = process.cwd();
const shared =
  "base_lr: 0.01 lr_policy: 'fixed' max_iter: 2 display: 1 test_interval: 2 test_initialization: false random_seed: 3";
const net = readFileSync(join(runs, "net.prototxt"), "utf8");

/** The losses and tests of a run in the folder that real Caffe's small runs are made in. */
async function run(lines: string, options = {}) {
  writeFileSync("solver.prototxt", `${lines} ${shared} snapshot_prefix: "own"`);
  const { entries } = await trainSolver("solver.prototxt", { engine: "auto", ...options });
  return {
    losses: entries.flatMap((entry) => (entry.kind === "loss" ? [entry.loss] : [])),
    tests: entries.flatMap((entry) => (entry.kind === "test" ? [entry.outputs] : [])),
  };
}

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "histobook-networks-"));
  cpSync(runs, folder, { recursive: true });
  for (const [name, source] of Object.entries({ DB_train: "db_space", DB_test: "db_shuffle" }))
    cpSync(join(golden, "c", source), join(folder, name), { recursive: true });
  cpSync(join(golden, "c", "mean_space.binaryproto"), join(folder, "mean.binaryproto"));
  process.chdir(folder);
});
afterAll(() => process.chdir(home));

describe("a solver's networks", () => {
  test("may stand in files of their own or in the solver, and give the same run", async () => {
    const usual = await run('net: "net.prototxt" test_iter: 1');
    expect(usual.losses.length).toBe(2);
    expect(usual.tests.length).toBe(1);
    for (const lines of [
      `net_param { ${net} } test_iter: 1`,
      'train_net: "net.prototxt" test_net: "net.prototxt" test_iter: 1',
      `train_net_param { ${net} } test_net_param { ${net} } test_iter: 1`,
    ])
      expect(await run(lines)).toEqual(usual);
  });

  test("are not tested when only one for training is named", async () => {
    const { losses, tests } = await run('train_net: "net.prototxt"');
    expect([losses.length, tests.length]).toEqual([2, 0]);
  });

  test("have the layers of the solver's stages, in the model too", async () => {
    const extra =
      'layer { name: "more" type: "InnerProduct" bottom: "data" top: "more" inner_product_param { num_output: 2 weight_filler { type: "xavier" } } include { stage: "more" } } layer { name: "none" type: "Silence" bottom: "more" include { stage: "more" } }';
    writeFileSync("staged.prototxt", `${net}\n${extra}`);
    await run(
      'net: "staged.prototxt" test_iter: 1 train_state { stage: "more" } test_state { stage: "more" }',
    );
    expect(readModel("own_iter_2.caffemodel").weights.get("more")?.[0].shape[0]).toBe(2);
    await run('net: "staged.prototxt" test_iter: 1');
    expect(readModel("own_iter_2.caffemodel").weights.has("more")).toBe(false);
  });

  test("start from the weights that the solver names, unless others are given", async () => {
    const fromOption = await run('net: "net.prototxt" test_iter: 1', { weights: "init.caffemodel" });
    expect(await run('net: "net.prototxt" test_iter: 1 weights: "init.caffemodel"')).toEqual(fromOption);
    const both = 'net: "net.prototxt" test_iter: 1 weights: "adagrad_iter_8.caffemodel"';
    expect(await run(both, { weights: "init.caffemodel" })).toEqual(fromOption);
    expect((await run(both)).losses).not.toEqual(fromOption.losses);
    const two = 'net: "net.prototxt" test_iter: 1 weights: "adagrad_iter_8.caffemodel,init.caffemodel"';
    expect(await run(two)).toEqual(fromOption);
  });

  test.each<[string, string, string, RegExp]>([
    ["none", "test_iter: 1", "BadInput", /solver.prototxt: found no net, expected net: "\.\.\."/],
    [
      "two to train",
      'net: "net.prototxt" train_net: "net.prototxt" test_iter: 1',
      "BadInput",
      /found 2 networks to train/,
    ],
    ["two to test", 'net: "net.prototxt" test_iter: 1 test_iter: 2', "Unsupported", /found 2 test networks/],
    [
      "snapshots in HDF5",
      'net: "net.prototxt" test_iter: 1 snapshot_format: HDF5',
      "Unsupported",
      /solver.prototxt: found snapshot_format: HDF5, expected BINARYPROTO/,
    ],
  ])("stop with one sentence: %s", async (_, lines, code, sentence) => {
    const promise = run(lines);
    await expect(promise).rejects.toThrow(sentence);
    await expect(promise).rejects.toMatchObject({ code });
  });
});
