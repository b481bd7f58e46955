import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { namedModelFiles } from "../../kernel-lib/dist/models/index.js";
import { predictMap } from "../../kernel-lib/dist/output/index.js";
import { loadModel } from "../../kernel-lib/dist/output/model.js";
import { readImage } from "../../kernel-lib/dist/study/index.js";
import { largestDifference, readNpy } from "../engine/numpy.js";

/** The author's model and Caffe's map of a crop, which are no part of the repository. */
const shared = join(__dirname, "..", "..", "..", "shared", "caffe");

describe.runIf(existsSync(shared))("step 5 with the author's model 1", () => {
  test("gives the probabilities that Caffe gives, at every pixel", async () => {
    const models = join(shared, "models");
    // Its mean image lies beside it.
    const files = namedModelFiles(join(models, "1_caffenet_train_w32_iter_600000.caffemodel"));
    const { classifier } = loadModel(await loadEngine(), files);
    const map = await predictMap(await readImage(join(shared, "golden", "b", "crop_rgb.png")), classifier);
    classifier.dispose();
    const { shape, data } = readNpy(join(shared, "golden", "b", "prob_plain.npy"));
    expect([map.height, map.width, 2]).toEqual(shape);
    const epithelium = map.epithelium.map((_, i) => data[2 * i + 1]);
    expect(largestDifference(map.epithelium, epithelium)).toBeLessThan(1e-5);
  });
});
