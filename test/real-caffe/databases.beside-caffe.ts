import { cpSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readMeanImage, writeMeanImage } from "../../kernel-lib/dist/caffe/index.js";
import {
  convertImages,
  databaseSummary,
  makeDatabases,
  meanOfDatabase,
  openPatchStore,
} from "../../kernel-lib/dist/databases/index.js";
import { makeFolds } from "../../kernel-lib/dist/folds/index.js";
import { makePatches } from "../../kernel-lib/dist/patches/index.js";
import { createSample, openStudy, type Study } from "../../kernel-lib/dist/study/index.js";
import { train } from "../../kernel-lib/dist/training/index.js";
import { golden } from "../engine/golden.js";
import { caffeTrain, lossesIn, tool } from "./program.js";
import { newGoldenFolder, remove, sameBytes } from "../training/goldenRun.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-caffe-"));
const patches = `${join(golden, "c", "patches")}/`;
const list = join(golden, "c", "list_space.txt");

/** Every record of a database as our reader gives it. */
async function contents(path: string): Promise<[key: string, label: number, pixels: string][]> {
  const { count } = await databaseSummary(path);
  const store = await openPatchStore(path);
  const { value } = await store.batches(count).next();
  await store.close();
  const size = value!.data.length / count;
  return value!.keys.map((key, i) => [
    key,
    value!.labels[i],
    Buffer.from(value!.data.subarray(i * size, (i + 1) * size)).toString("base64"),
  ]);
}

async function smallStudy(): Promise<Study> {
  const study = openStudy(await createSample(join(newFolder(), "study")));
  await makePatches(study, { perImage: 20 });
  await makeFolds(study, { separator: "space" });
  return study;
}

describe("databases", () => {
  test("compute_image_mean gives our mean, byte for byte, from a database that we wrote", async () => {
    const folder = newFolder();
    await convertImages(patches, list, join(folder, "DB"), { shuffle: true });
    writeMeanImage(join(folder, "ours.binaryproto"), await meanOfDatabase(join(folder, "DB")));
    const { status, log } = tool(
      "compute_image_mean",
      ["-backend=leveldb", "DB", "theirs.binaryproto"],
      folder,
    );
    expect(status, log).toBe(0);
    expect(sameBytes(join(folder, "ours.binaryproto"), join(folder, "theirs.binaryproto"))).toBe(true);
    expect(readMeanImage(join(folder, "theirs.binaryproto")).data.length).toBe(3072);
  });

  test("caffe train can't tell our database from convert_imageset's", async () => {
    const folder = newGoldenFolder();
    const args = ["-solver", "1-solver.prototxt", "-weights", "init.caffemodel"];
    const theirs = lossesIn(caffeTrain(args, folder));
    cpSync(join(folder, "run_iter_50.caffemodel"), join(folder, "theirs.caffemodel"));
    remove(join(folder, "DB_train_1"));
    await convertImages(patches, list, join(folder, "DB_train_1"));
    const ours = lossesIn(caffeTrain(args, folder));
    expect(ours.length).toBe(50);
    expect(ours).toEqual(theirs);
    expect(sameBytes(join(folder, "run_iter_50.caffemodel"), join(folder, "theirs.caffemodel"))).toBe(true);
  });

  test.each([["raw"], ["-encoded"], ["-gray"]])("reads what convert_imageset makes: %s", async (flag) => {
    const folder = newFolder();
    const flags = flag === "raw" ? [] : [flag, ...(flag === "-encoded" ? ["-encode_type=png"] : [])];
    const { status, log } = tool(
      "convert_imageset",
      [...flags, "-backend=leveldb", patches, list, "DB"],
      folder,
    );
    expect(status, log).toBe(0);
    const theirs = await contents(join(folder, "DB"));
    expect(theirs.length).toBe(200);
    if (flag === "-gray") return expect(Buffer.from(theirs[0][2], "base64").length).toBe(1024);
    await convertImages(patches, list, join(folder, "ours"));
    expect(await contents(join(folder, "ours"))).toEqual(theirs);
  });

  test("a study's patches and lists are what convert_imageset reads, and both databases are alike", async () => {
    const study = await smallStudy();
    await makeDatabases(study, { fold: 1, shuffle: false });
    const args = ["-backend=leveldb", "subs/", "train_w32_1.txt", "theirs"];
    const { status, log } = tool("convert_imageset", args, study.directory);
    expect(status, log).toBe(0);
    const ours = await contents(join(study.directory, "DB_train_1"));
    expect(ours.length).toBeGreaterThan(100);
    expect(ours).toEqual(await contents(join(study.directory, "theirs")));
    expect(
      tool("compute_image_mean", ["-backend=leveldb", "theirs", "theirs.binaryproto"], study.directory)
        .status,
    ).toBe(0);
    expect(
      sameBytes(
        join(study.directory, "DB_train_w32_1.binaryproto"),
        join(study.directory, "theirs.binaryproto"),
      ),
    ).toBe(true);
  });

  test("caffe train runs a study's own prototxts on its own databases", async () => {
    const study = await smallStudy();
    await makeDatabases(study, { fold: 1 });
    await train(study, { fold: 1, iterations: 4, batch: 16, snapshotEvery: 4 });
    const models = join(study.directory, "models");
    expect(existsSync(join(models, "1_caffenet_train_w32_iter_4.solverstate"))).toBe(true);
    const solver = "1-alexnet_solver_ada.prototxt";
    const log = caffeTrain(["-solver", solver], models);
    expect(log).toContain("Optimization Done");
    writeFileSync(
      join(models, "longer.prototxt"),
      `net: "1-alexnet_traing_32w_db.prototxt"\ntest_iter: 1\ntest_interval: 100\ntype: "AdaGrad"\nbase_lr: 0.001\nlr_policy: "fixed"\nweight_decay: 0.004\ndisplay: 1\nmax_iter: 6\nsnapshot_prefix: "longer"\nsolver_mode: CPU\n`,
    );
    const resumed = caffeTrain(
      ["-solver", "longer.prototxt", "-snapshot", "1_caffenet_train_w32_iter_4.solverstate"],
      models,
    );
    expect(lossesIn(resumed).length).toBe(2);
    expect(existsSync(join(models, "longer_iter_6.caffemodel"))).toBe(true);
  });
});
