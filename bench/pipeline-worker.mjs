/** A worker thread of bench/pipeline.mjs: one image of step 1, with or without files. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { choosePositions, findRegions, patchCutter, patchPlaces, readImage, readMask } from "histobook";

const require = createRequire(import.meta.url);
const built = join(import.meta.dirname, "..", "kernel-lib", "dist", "patches");
const { extractImage } = require(join(built, "extract.js"));
require("sharp").concurrency(1);

export default async function measured({ task, files }) {
  if (files) {
    const record = await extractImage(task, () => undefined);
    return [...patchPlaces(record)].length;
  }
  return cutInMemory(task);
}

/** Regions, positions and crops; each patch is made whole in memory and then replaced by the next. */
async function cutInMemory({ case: one, parameters }) {
  const image = await readImage(one.imagePath, parameters.scale);
  const mask = await readMask(one.maskPath, parameters.scale, { rule: parameters.maskRule });
  const regions = findRegions(image, mask, parameters.white, parameters.whiteEdges);
  const positions = choosePositions(regions, parameters, one.name);
  const cutter = patchCutter(image, parameters);
  const patch = new Uint8Array(parameters.size ** 2 * 3);
  let count = 0;
  for (const type of ["p", "e", "b"]) {
    for (const position of positions[type]) {
      for (const rotation of parameters.rotations) {
        cutter.cut(position, rotation, patch);
        count++;
      }
    }
  }
  return count;
}
