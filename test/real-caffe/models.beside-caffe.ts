import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseNet, Phase, readMeanImage, readModel } from "../../kernel-lib/dist/caffe/index.js";
import { openPatchStore } from "../../kernel-lib/dist/databases/index.js";
import {
  createClassifier,
  loadEngine,
  planNetwork,
  takeWeights,
} from "../../kernel-lib/dist/engine/index.js";
import { deployNetTemplate } from "../../kernel-lib/dist/training/index.js";
import { largestDifference, readNpy } from "../engine/numpy.js";
import { expectWithin } from "../figures.js";
import { oversampledPatches } from "../output/oversampledPatches.js";
import { newGoldenFolder, ourTrain } from "../training/goldenRun.js";
import { pycaffe } from "./program.js";

/** Patches (RGB bytes) through caffe.Net and through caffe.Classifier as the author's step 5 calls it. */
const classify = `
import sys, numpy as np, caffe
caffe.set_mode_cpu()
net_file, model_file, mean_file = sys.argv[1:4]
patches = np.fromfile("patches.bin", np.uint8).reshape(-1, 32, 32, 3)
blob = caffe.proto.caffe_pb2.BlobProto()
blob.ParseFromString(open(mean_file, "rb").read())
mean = np.array(blob.data, np.float32).reshape(3, 32, 32)
net = caffe.Net(net_file, caffe.TEST, weights=model_file)
data = patches.transpose(0, 3, 1, 2)[:, ::-1].astype(np.float32) - mean
net.blobs["data"].reshape(*data.shape)
net.blobs["data"].data[...] = data
np.save("plain.npy", net.forward()["prob"])
classifier = caffe.Classifier(net_file, model_file, mean=mean, channel_swap=(2, 1, 0), raw_scale=255, image_dims=(32, 32))
np.save("oversampled.npy", classifier.predict([p.astype(np.float32) / np.float32(255) for p in patches]).astype(np.float32))
`;

describe("models", () => {
  test("our .caffemodel and deploy.prototxt give pycaffe our probabilities", async () => {
    const folder = newGoldenFolder();
    writeFileSync(
      join(folder, "solver.prototxt"),
      readFileSync(join(folder, "1-solver.prototxt"), "utf8").replace("max_iter: 50", "max_iter: 12"),
    );
    const { files } = await ourTrain(folder, "solver.prototxt", { weights: "init.caffemodel" });
    const deploy = deployNetTemplate({ size: 32 });
    writeFileSync(join(folder, "deploy.prototxt"), deploy);

    const store = await openPatchStore(join(folder, "DB_test_1"));
    const { value } = await store.batches(60).next();
    await store.close();
    const patches = toRgb(value!.data);
    writeFileSync(join(folder, "patches.bin"), patches);
    pycaffe(classify, ["deploy.prototxt", files!.model, "DB_train_w32_1.binaryproto"], folder);

    const plan = planNetwork(parseNet(deploy, "deploy.prototxt"), Phase.TEST, new Map());
    const weights = takeWeights(plan, readModel(join(folder, files!.model)).weights, files!.model);
    const mean = readMeanImage(join(folder, "DB_train_w32_1.binaryproto"));
    const classifier = createClassifier(await loadEngine(), plan, weights, mean);
    const read = (name: string) => readNpy(join(folder, name)).data;
    expect(read("plain.npy").length).toBe(120);
    const plain = largestDifference(await classifier.classify(patches), read("plain.npy"));
    expectWithin("Hand-over", "probabilities of pycaffe with our .caffemodel", plain, 1e-5);
    const caffes = read("oversampled.npy").filter((_, i) => i % 2 === 1);
    const ten = largestDifference(await oversampledPatches(classifier, patches), caffes);
    expectWithin("Hand-over", "the same in pycaffe's ten crops", ten, 1e-5);
    classifier.dispose();
  });
});

/** From Caffe's order (channels apart, blue first) to pictures' order. */
function toRgb(data: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(data.length);
  for (let start = 0; start < data.length; start += 3072)
    for (let i = 0; i < 1024; i++)
      for (let c = 0; c < 3; c++) rgb[start + 3 * i + c] = data[start + (2 - c) * 1024 + i];
  return rgb;
}
