import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadEngine, type Classifier } from "../../kernel-lib/dist/engine/index.js";
import { namedModelFiles } from "../../kernel-lib/dist/models/index.js";
import { output, predictMap } from "../../kernel-lib/dist/output/index.js";
import { loadModel } from "../../kernel-lib/dist/output/model.js";
import { readImage } from "../../kernel-lib/dist/study/index.js";
import { expectWithin } from "../figures.js";
import { largestDifference, readNpy } from "../engine/numpy.js";
import { oversampledPatches } from "./oversampledPatches.js";

/** The author's model and Caffe's map of a crop, which are no part of the repository. */
const shared = join(__dirname, "..", "..", "..", "shared", "caffe");
const models = join(shared, "models");
const answers = join(shared, "golden", "b");
const modelFile = join(models, "1_caffenet_train_w32_iter_600000.caffemodel");
const meanFile = join(models, "DB_train_w32_1.binaryproto");
const crop = join(answers, "crop_rgb.png");

describe.runIf(existsSync(shared))("step 5 with the author's model 1", () => {
  let classifier: Classifier;
  beforeAll(async () => {
    // Its mean image lies beside it.
    classifier = loadModel(await loadEngine(), namedModelFiles(modelFile)).classifier;
  });
  afterAll(() => classifier.dispose());

  test("gives the probabilities that Caffe gives, at every pixel", async () => {
    const map = await predictMap(await readImage(crop), classifier);
    const { shape, data } = readNpy(join(answers, "prob_plain.npy"));
    expect([map.height, map.width, 2]).toEqual(shape);
    const epithelium = map.epithelium.map((_, i) => data[2 * i + 1]);
    const found = largestDifference(map.epithelium, epithelium);
    expectWithin("Map", "step 5, every pixel of 96 x 100, the author's model 1", found, 1e-5);
  });

  test("gives the author's own map by the options that do as he did", async () => {
    const map = await predictMap(await readImage(crop), classifier, { oversample: true, firstLine: "leave" });
    const { data } = readNpy(join(answers, "prob_author.npy"));
    let [unpredicted, found] = [0, 0];
    map.epithelium.forEach((probability, i) => {
      const left = Number.isNaN(probability);
      expect(left).toBe(data[2 * i] === 0 && data[2 * i + 1] === 0);
      if (left) unpredicted++;
      else found = Math.max(found, Math.abs(probability - data[2 * i + 1]));
    });
    expectWithin("Map", "the same, the author's way (--oversample --first-line leave)", found, 1e-5);
    expect(unpredicted).toBe(map.width + map.height - 1);
  });

  test("writes his pictures: black where he predicted nothing, his class everywhere", async () => {
    const out = mkdtempSync(join(tmpdir(), "histobook-author-"));
    const options = { images: answers, model: modelFile, mean: meanFile, scale: 1, out };
    const { images } = await output(undefined, { ...options, oversample: true, firstLine: "leave" });
    const { probability, class: classes } = images.find(({ name }) => name === "crop_rgb")!;
    const picture = decode(readFileSync(probability));
    expect([...picture.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(picture.data[(picture.width + 1) * 3] + picture.data[(picture.width + 1) * 3 + 1]).toBe(255);
    const authors = readNpy(join(answers, "class_author.npy")).data;
    const ours = decode(readFileSync(classes)).data;
    expect([...ours].map((value) => value / 255)).toEqual([...authors]);
  });

  test("averages with mirror images as pycaffe's ten crops do", async () => {
    const patches = readNpy(join(shared, "golden", "a", "patches_rgb_u8.npy")).data as Uint8Array;
    const caffes = readNpy(join(shared, "golden", "a", "model1_prob_classifier_oversample.npy")).data;
    const epithelium = caffes.filter((_, i) => i % 2 === 1);
    const found = await oversampledPatches(classifier, patches);
    const largest = largestDifference(found, epithelium);
    expectWithin("Forward", "probabilities of 100 patches in ten crops, the author's model 1", largest, 1e-5);
  });

  test("adaptive mode gives window mode's class nearly everywhere at a sixth of the windows", async () => {
    const image = await readImage(crop);
    const { data } = readNpy(join(answers, "prob_plain.npy"));
    const map = await predictMap(image, classifier, { mode: "adaptive", windowShare: 0.15 });
    const same = map.epithelium.filter((probability, i) => probability > 0.5 === data[2 * i + 1] > 0.5);
    expect(same.length / map.epithelium.length).toBeGreaterThan(0.995);
    expect(map.windows).toBe(Math.round(0.15 * 9600) + 1024);
  });

  test("dense mode differs from his network, which pads, and says by how much", async () => {
    const image = await readImage(crop);
    const { data } = readNpy(join(answers, "prob_plain.npy"));
    const map = await predictMap(image, classifier, { mode: "dense" });
    const same = map.epithelium.filter((probability, i) => probability > 0.5 === data[2 * i + 1] > 0.5);
    const truly = same.length / map.epithelium.length;
    expect(truly).toBeGreaterThan(0.7);
    expect(map.agreement!.agreement).toBeLessThan(1);
    expect(Math.abs(map.agreement!.agreement - truly)).toBeLessThan(0.04);
    expect(map.agreement!.pixels).toBe(1024);
  });
});
