import { fromBinary } from "@bufbuild/protobuf";
import * as ort from "onnxruntime-web";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseNet, Phase, readNetPrototxt } from "../../kernel-lib/dist/caffe/index.js";
import { layerTypes, planNetwork } from "../../kernel-lib/dist/engine/index.js";
import { graphBuilder } from "../../kernel-lib/dist/export/builder.js";
import { exportModel } from "../../kernel-lib/dist/export/index.js";
import { exportedTypes, exporterOf } from "../../kernel-lib/dist/export/layers/index.js";
import { ModelProtoSchema } from "../../kernel-lib/dist/export/onnx/generated/onnx_pb.js";
import { readManifest } from "../../kernel-lib/dist/study/index.js";
import { deployNetTemplate } from "../../kernel-lib/dist/training/index.js";
import { run, runJson } from "../cli/command.js";
import { readLayerCase } from "../engine/layers.contract.js";
import { largestDifference } from "../engine/numpy.js";
import { newFolder } from "../study/pictures.js";
import { batchOf, doubtfulPatches, graphOf, naiveAnswers, readTrained, trained } from "./networks.js";
import { openOnnx } from "./runtime.js";

/** A study as step 4 leaves it, whose model real Caffe trained. */
function newTrainedStudy(): { study: string; model: string } {
  const study = join(newFolder(), "study");
  const file = "models/1_caffenet_train_w32_iter_50.caffemodel";
  const model = join(study, file);
  mkdirSync(join(study, "models"), { recursive: true });
  copyFileSync(trained.model, model);
  copyFileSync(trained.mean, join(study, "DB_train_w32_1.binaryproto"));
  writeFileSync(join(study, "models", "deploy.prototxt"), deployNetTemplate({ size: 32 }));
  const record = { key: "k", scale: 0.25, size: 32, iterations: 50, engine: "e", seed: 1, overrides: {} };
  const manifest = { ...readManifest(study), models: { 1: { ...record, file } } };
  writeFileSync(join(study, "histobook.json"), JSON.stringify(manifest));
  return { study, model };
}

const notes = {
  patch_size: "32",
  classes: '["other tissue","epithelium"]',
  mean: "subtracted within the network",
  scale: "0.25",
};

describe("histobook export", () => {
  let study: string;
  let model: string;
  beforeAll(() => {
    ({ study, model } = newTrainedStudy());
  });

  test("finds network, mean image and scale of a model in a study, and says them in an ONNX file", async () => {
    const out = join(newFolder(), "new", "epithelium.onnx");
    const { status, last, events } = await runJson(["export", model, "--to", "onnx", "--out", out]);
    expect(status).toBe(0);
    expect(events.length).toBe(1);
    expect(last).toMatchObject({
      event: "result",
      step: "export",
      model,
      net: join(study, "models", "deploy.prototxt"),
      mean: join(study, "DB_train_w32_1.binaryproto"),
      scale: 0.25,
      format: "onnx",
      out,
      notes,
    });

    const bytes = new Uint8Array(readFileSync(out));
    const { metadataProps, producerName, docString } = fromBinary(ModelProtoSchema, bytes);
    expect(producerName).toBe("histobook");
    const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
    expect(metadata).toEqual(last.notes);
    expect(metadata.input).toBe(
      "patches: float32, N x 3 x 32 x 32 (NCHW), red, green, blue, grey levels 0 to 255",
    );
    expect(docString).toContain("scale: 0.25\n");

    const session = await openOnnx(bytes);
    expect([session.inputNames, session.outputNames]).toEqual([["patches"], ["probability"]]);
    const patches = batchOf(await doubtfulPatches(), 32);
    const { probability } = await session.run({ patches: new ort.Tensor(patches.data, patches.shape) });
    const expected = naiveAnswers(readTrained(), patches);
    expect(largestDifference(probability.data as Float32Array, expected)).toBeLessThan(1e-5);
  });

  test("writes a folder for TensorFlow.js, and replaces its own but nobody else's", async () => {
    const folder = newFolder();
    const out = join(folder, "epithelium");
    const command = ["export", model, "--to", "tfjs", "--out", out];
    expect((await run(command)).out).toMatch(
      /^.*epithelium written; it says of itself:\n {2}made_by: histobook /,
    );
    const description = JSON.parse(readFileSync(join(out, "model.json"), "utf8")) as Record<string, unknown>;
    expect(description).toMatchObject({
      format: "graph-model",
      userDefinedMetadata: notes,
      weightsManifest: [{ paths: ["weights.bin"] }],
    });
    expect((await run([...command, "--no-mean"])).status).toBe(0);
    expect(readFileSync(join(out, "model.json"), "utf8")).toContain('"mean":"none"');
    expect(readdirSync(folder)).toEqual(["epithelium"]);
    expect(readdirSync(out).sort()).toEqual(["model.json", "weights.bin"]);

    writeFileSync(join(out, "notes.txt"), "mine");
    const refused = await run(command);
    expect(refused.status).toBe(1);
    expect(refused.errors).toMatch(
      /epithelium: found a folder with other files in it, expected a new folder/,
    );
    expect(readdirSync(out).length).toBe(3);
  });

  test("takes what is named, and says when the scale is not known", async () => {
    const out = join(newFolder(), "model.onnx");
    const named = [trained.model, "--to", "onnx", "--out", out, "--mean", trained.mean];
    const { status, errors, out: said } = await run(["export", ...named]);
    expect([status, errors]).toEqual([
      0,
      "Note: the model's scale is not known, and so the file does not say it; --scale names it.\n",
    ]);
    expect(said).toContain("scale: unknown");
    expect((await run(["export", ...named, "--scale", "0.5"])).out).toContain("scale: 0.5");
  });

  test.each([
    [["--to", "onnx", "--scale", "0.5"], 1, /--scale: found 0\.5 for a model trained at scale 0\.25/],
    [["--to", "onnx", "--mean", "nowhere.binaryproto"], 1, /nowhere\.binaryproto: found no such file/],
    [["--to", "onnx", "--net", "nowhere.prototxt"], 1, /nowhere\.prototxt: found no such file/],
    [["--to", "tensorrt"], 2, /--to: found 'tensorrt', expected 'onnx' or 'tfjs'/],
    [[], 2, /required option '--to <format>' not specified/],
  ])("answers %j with one sentence", async (options, status, sentence) => {
    const out = join(newFolder(), "model.onnx");
    const ended = await run(["export", model, "--out", out, ...options]);
    expect(ended.status).toBe(status);
    expect(ended.errors).toMatch(sentence);
  });

  test("asks for the mean image that it can't find", () => {
    const out = join(newFolder(), "model.onnx");
    expect(() => exportModel(trained.model, { to: "onnx", out })).toThrow(
      /run_iter_50\.caffemodel: found a name that does not say the fold.*; name it with --mean, or say --no-mean/,
    );
    const lonely = join(newFolder(), "2_caffenet_train_w32_iter_50.caffemodel");
    copyFileSync(trained.model, lonely);
    expect(() => exportModel(lonely, { to: "onnx", out })).toThrow(
      /found no DB_train_w32_2\.binaryproto beside it or above its folder/,
    );
  });
});

describe("what can't be exported", () => {
  test("is refused by the layer's name: types that need labels", () => {
    const refused = layerTypes.filter((type) => !exportedTypes.includes(type));
    expect(refused.sort()).toEqual(["Accuracy", "EuclideanLoss", "HingeLoss", "SoftmaxWithLoss"]);
    for (const type of refused) {
      const [layer] = parseNet(`layer { name: "it" type: "${type}" }`, "test").layer;
      expect(() => exporterOf(layer)).toThrow(`layer "it": found type "${type}", which can't be exported`);
    }
  });

  test("is refused by the layer's name: statistics of the batch", () => {
    const { plan, weights } = readLayerCase("batchnorm-batch");
    expect(() => graphOf(plan, weights, ["x"])).toThrow(
      /layer "layer": found use_global_stats: false, statistics of the batch, which can't be exported/,
    );
  });

  test("is refused whole: a network that classifies no patches", () => {
    const net = join(newFolder(), "net.prototxt");
    const text = deployNetTemplate({ size: 32 });
    writeFileSync(net, text.slice(0, text.lastIndexOf("layer {")));
    expect(planNetwork(readNetPrototxt(net), Phase.TEST, new Map()).outputs).toEqual(["ip2"]);
    const out = join(newFolder(), "model.onnx");
    expect(() => exportModel(trained.model, { to: "onnx", out, net, mean: trained.mean })).toThrow(
      /found an output of type "InnerProduct", expected one image as input and a Softmax layer as output/,
    );
    expect(readdirSync(join(out, ".."))).toEqual([]);
  });
});

test("names of operations tell their layers, are different, and are such as TensorFlow takes", () => {
  const builder = graphBuilder(["patches"]);
  const input = { name: "patches", shape: [1] };
  const names = ["patches", "loss 1/fc:0", "relu", "relu", ""].map(
    (layer) => builder.layer(layer).curve("", input, "relu").name,
  );
  expect(names).toEqual(["patches_2", "loss_1_fc_0", "relu", "relu_2", "layer"]);
  expect(builder.layer("conv1").curve("padded", input, "relu").name).toBe("conv1/padded");
});
