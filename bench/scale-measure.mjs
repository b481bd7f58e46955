/**
 * What the steps cost on this machine, measured by the command itself on a made slide: two sizes each, so that what a megapixel or
 * an iteration takes is told apart from what the start of a process takes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { createSample, makeDatabases, makeFolds, makePatches, openStudy, readManifest } from "histobook";

const require = createRequire(import.meta.url);
const sharp = createRequire(require.resolve("histobook"))("sharp");

const command = join(import.meta.dirname, "..", "kernel-lib", "bin", "histobook.js");
const rounds = 2;
/** File pixels a working pixel, along a side: a scan of 40x and a model of 10x, as the tutorial's. */
const shrink = 4;
/** Working pixels of the smaller and the larger map; whole tiles of the mode. */
const sizes = {
  dense: [
    [1024, 1024],
    [2048, 1024],
  ],
  adaptive: [
    [512, 256],
    [512, 512],
  ],
  window: [
    [256, 128],
    [256, 256],
  ],
};
const whiteSizes = [
  [512, 512],
  [2048, 2048],
];
const iterations = [20, 120];

/** Runs a command of histobook, and gives back what it said at its end and its seconds. */
function timed(...args) {
  const begin = performance.now();
  const out = execFileSync(process.execPath, [command, ...args, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 2 ** 28,
  });
  return { seconds: (performance.now() - begin) / 1000, result: JSON.parse(out.trim().split("\n").at(-1)) };
}

/** The line through two measurements: what comes with the process, and what comes with each unit. */
function line([few, fewSeconds], [many, manySeconds]) {
  const each = (manySeconds - fewSeconds) / (many - few);
  return { each, start: Math.max(0, fewSeconds - each * few) };
}

/** Measures everything; the least of some rounds counts. */
export async function measure(log) {
  const scratch = mkdtempSync(join(tmpdir(), "histobook-scale-"));
  try {
    const training = await measureTraining(scratch, log);
    const map = {};
    for (const mode of Object.keys(sizes))
      map[mode] = await measureMap(scratch, { mode, sizes: sizes[mode], ...training.files }, log);
    const white = await measureMap(
      scratch,
      { mode: "dense", sizes: whiteSizes, white: true, ...training.files },
      log,
    );
    return {
      day: new Date().toISOString().slice(0, 10),
      machine: `${cpus()[0].model.trim()}, ${availableParallelism()} cores`,
      node: process.version,
      engine: training.engine,
      shrink,
      training: training.cost,
      map,
      white,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureTraining(scratch, log) {
  const directory = await createSample(join(scratch, "study"));
  const study = openStudy(directory);
  await makePatches(study, { perImage: 300, direct: true });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1, direct: true });
  const best = [Infinity, Infinity];
  let engine;
  for (let round = 0; round < rounds; round++) {
    for (const [i, count] of iterations.entries()) {
      const given = ["--fold", "1", "--iterations", count, "--snapshot-every", "1000000", "--processes", "0"];
      const { seconds, result } = timed("train", directory, ...given.map(String));
      best[i] = Math.min(best[i], seconds);
      engine = result.engine;
      log(`scale: ${count} iterations: ${seconds.toFixed(1)} s`);
    }
  }
  const { each, start } = line([iterations[0], best[0]], [iterations[1], best[1]]);
  return {
    engine,
    cost: { iteration: each, start, batch: 128 },
    files: {
      model: join(directory, readManifest(directory).models[1].file),
      mean: join(directory, "DB_train_w32_1.binaryproto"),
    },
  };
}

async function measureMap(scratch, { mode, sizes: [small, large], white = false, model, mean }, log) {
  const paths = [];
  for (const [width, height] of [small, large]) paths.push(await slide(scratch, width, height, white));
  const best = [Infinity, Infinity];
  let bytes = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, path] of paths.entries()) {
      const out = mkdtempSync(join(scratch, "maps-"));
      const given = ["--image", path, "--tiled", "--mode", mode, "--scale", String(1 / shrink), "--out", out];
      const all = [...given, "--model", model, "--mean", mean, ...(white ? [] : ["--no-tissue-mask"])];
      const { seconds, result } = timed("output", ...all);
      if (result.images?.length !== 1) throw new Error(`scale: no map, but ${JSON.stringify(result)}`);
      best[i] = Math.min(best[i], seconds);
      bytes[i] = ["prob", "class"].reduce(
        (sum, kind) => sum + statSync(join(out, `slide_${kind}.tif`)).size,
        0,
      );
      rmSync(out, { recursive: true });
      const what = white ? "white" : mode;
      log(
        `scale: ${what}, ${(i === 0 ? small : large).join(" x ")} working pixels: ${seconds.toFixed(1)} s, ${bytes[i]} bytes`,
      );
    }
  }
  const megapixels = ([width, height]) => (width * height) / 1e6;
  const { each, start } = line([megapixels(small), best[0]], [megapixels(large), best[1]]);
  const stored = line([megapixels(small), bytes[0]], [megapixels(large), bytes[1]]);
  return { megapixel: each, start, bytes: stored.each };
}

/** A slide as scanners write them, a TIFF in JPEG tiles: the sample's images side by side and enlarged, or white glass. */
async function slide(scratch, width, height, white) {
  const folder = mkdtempSync(join(scratch, "slide-"));
  const path = join(folder, "slide.tif");
  const size = { width: width * shrink, height: height * shrink };
  const plain = { create: { ...size, channels: 3, background: "#f4f2f4" }, limitInputPixels: false };
  const pieces = white ? [] : await tissuePieces(scratch, width, height);
  const whole = await sharp(plain).composite(pieces).raw().toBuffer();
  await sharp(whole, { raw: { ...size, channels: 3 }, limitInputPixels: false })
    .tiff({ tile: true, tileWidth: 256, tileHeight: 256, compression: "jpeg", quality: 80 })
    .toFile(path);
  return path;
}

async function tissuePieces(scratch, width, height) {
  const { cases } = openStudy(join(scratch, "study"));
  const side = 224;
  const pieces = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      const { imagePath } = cases[pieces.length % cases.length];
      const part = {
        left: 0,
        top: 0,
        width: Math.min(side, width - left),
        height: Math.min(side, height - top),
      };
      const input = await sharp(imagePath)
        .extract(part)
        .removeAlpha()
        .resize(part.width * shrink, part.height * shrink, { kernel: "cubic", fit: "fill" })
        .png()
        .toBuffer();
      pieces.push({ input, left: left * shrink, top: top * shrink });
    }
  }
  return pieces;
}
