/** Our side of the output bench, in a process of its own: answers each task (a line of JSON) with seconds, or an agreement. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { compareMaps, loadEngine, predictMap } from "histobook";

// How step 5 finds and loads a model is not part of the public API.
const require = createRequire(import.meta.url);
const { loadModel } = require("../kernel-lib/dist/output/model.js");
const { namedModelFiles } = require("../kernel-lib/dist/models/index.js");
const { readImage } = require("../kernel-lib/dist/study/index.js");

const engine = await loadEngine();
/** Classifiers by the model's path. */
const classifiers = new Map();
/** Window mode's maps, which the other modes are compared with. */
const references = new Map();

function classifierOf({ model, mean }) {
  if (!classifiers.has(model))
    classifiers.set(model, loadModel(engine, namedModelFiles(model, { mean })).classifier);
  return classifiers.get(model);
}

const tasks = {
  /** The seconds that a map of raw pixels takes; windows of some rows stand for all. */
  async time({ pixels, width, height, rows, mode, ...files }) {
    const data = readFileSync(pixels).subarray(0, 3 * width * (rows ?? height));
    const begin = performance.now();
    const image = { width, height: rows ?? height, channels: 3, data };
    const { windows } = await predictMap(image, classifierOf(files), { mode });
    return { seconds: (performance.now() - begin) / 1000, windows };
  },
  /** How far a mode agrees with window mode over a whole image, or its middle. */
  async agreement({ image: path, scale, side, mode, windowShare, ...files }) {
    const image = middleOf(await readImage(path, scale), side);
    const classifier = classifierOf(files);
    const key = `${files.model} ${path} ${side}`;
    if (!references.has(key)) references.set(key, await predictMap(image, classifier));
    const reference = references.get(key);
    const map = await predictMap(image, classifier, { mode, windowShare });
    const count = map.epithelium.length;
    return {
      ...compareMaps(count, (n) => [map.epithelium[n], reference.epithelium[n]]),
      // Those for the comparison are not part of it.
      windows: mode === "adaptive" ? (map.windows - map.agreement.pixels) / count : 0,
    };
  },
};

function middleOf({ width, height, channels, data }, side) {
  if (side === undefined || (width <= side && height <= side)) return { width, height, channels, data };
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const part = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * channels;
    part.set(data.subarray(start, start + side * channels), y * side * channels);
  }
  return { width: side, height: side, channels, data: part };
}

console.log(JSON.stringify({ ready: engine.description }));
for await (const line of createInterface({ input: process.stdin })) {
  const { task, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await tasks[task](given)));
}
