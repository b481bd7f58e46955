/** How much memory the map of a large image takes, and how long: a generated image, mapped by the command in a process of its own. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import sharp from "sharp";
import { createSample, makeDatabases, makeFolds, makePatches, openStudy, train } from "histobook";
import { rounded } from "./timing.mjs";

// How TIFFs are written is not part of the public API.
const require = createRequire(import.meta.url);
const { PlainTiff } = require("../kernel-lib/dist/output/large/plainTiff.js");
const { copyIntoTiles } = require("../kernel-lib/dist/study/index.js");
const command = require.resolve("../kernel-lib/bin/histobook.js");

export const title = "Large images";
export const document = "large-images.md";
/** Takes minutes: it runs when it is named, and not with all the others. */
export const onlyByName = true;

export const options = {
  side: { type: "string", default: "20000" },
  mode: { type: "string", default: "dense" },
  stride: { type: "string", default: "1" },
  scale: { type: "string", default: "0.5" },
  folder: { type: "string", default: join(import.meta.dirname, ".large") },
};

/** Side of the piece of tissue in pixels that the generated image repeats. */
const piece = 500;

export async function rows(log, values) {
  const side = Number(values.side);
  mkdirSync(values.folder, { recursive: true });
  const study = await trainedStudy(join(values.folder, "study"), log);
  const image = join(values.folder, `slide-${side}.tif`);
  if (!existsSync(image)) {
    log(`large: writing an image of ${side} x ${side} pixels`);
    await writeSlide(image, side, study);
  }
  const out = join(values.folder, "out");
  rmSync(out, { recursive: true, force: true });
  const args = ["output", study.directory, "--fold", "1", "--image", image, "--out", out, "--tiled"];
  args.push("--mode", values.mode, "--stride", values.stride, "--scale", values.scale, "--json");
  const { seconds, peakBytes, result } = await measured(args, log);
  if (result.skipped.length > 0) throw new Error(result.skipped[0].reason);
  const [{ tissue, width, height }] = result.images;
  return [
    {
      name: "large",
      mode: values.mode,
      stride: Number(values.stride),
      side,
      scale: Number(values.scale),
      megapixels: rounded((width * height) / 1e6),
      tissue: rounded(tissue),
      "peak memory, GB": rounded(peakBytes / 1e9),
      minutes: rounded(seconds / 60),
      engine: result.engine,
    },
  ];
}

export function describe([{ mode, stride, side, scale }]) {
  return {
    section: `large ${mode} ${side}`,
    title: `${side} x ${side} pixels in mode ${mode}`,
    command: `large --mode ${mode} --side ${side} --scale ${scale} --stride ${stride} --write-docs`,
  };
}

export function table(rows) {
  const lines = rows.map(
    (row) =>
      `| ${row.mode} | ${row.side} x ${row.side} | ${row.scale} | ${row.stride} | ${row.megapixels} | ${Math.round(100 * row.tissue)} % | ${row["peak memory, GB"]} | ${row.minutes} |`,
  );
  return `| mode | file, pixels | scale | stride | map, megapixels | tissue | peak memory, GB | minutes |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join("\n")}

The whole command in a process of its own, by ${rows[0].engine}: reading, mapping and writing both pyramids. The memory is the
process's largest resident set (VmHWM), the engine included. The image is generated: a tiled TIFF with
islands of the sample's tissue on white. The machine was busy with other work.`;
}

/** A model of fold 1, trained for a moment: what it says is of no interest here. */
async function trainedStudy(directory, log) {
  if (!existsSync(directory)) {
    log("large: training a model for a moment");
    const unfinished = `${directory}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    const study = openStudy(await createSample(unfinished));
    await makePatches(study, { perImage: 30 });
    await makeFolds(study);
    await makeDatabases(study, { fold: 1 });
    await train(openStudy(unfinished), { fold: 1, iterations: 50 });
    renameSync(unfinished, directory);
  }
  return openStudy(directory);
}

/** Four islands of tissue, each a quarter of the image's side, on white, in tiles of 256 pixels. */
async function writeSlide(path, side, study) {
  const { data: tissue } = await sharp(study.cases[0].imagePath)
    .resize(piece, piece, { fit: "fill" })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [plain, unfinished] = [`${path}.plain`, `${path}.unfinished`];
  const file = new PlainTiff(plain, side, side, 3);
  const isTissue = (pixel) => Math.floor((8 * pixel) / side) % 4 >= 2;
  const row = new Uint8Array(3 * side);
  for (let y = 0; y < side; y++) {
    row.fill(245);
    if (isTissue(y)) {
      for (let x = 0; x < side; x++) {
        if (!isTissue(x)) continue;
        const source = 3 * ((y % piece) * piece + (x % piece));
        for (let c = 0; c < 3; c++) row[3 * x + c] = tissue[source + c];
      }
    }
    file.write(row);
  }
  file.close();
  await copyIntoTiles(plain, unfinished);
  rmSync(plain);
  renameSync(unfinished, path);
}

/** Runs the command, and watches how much memory it takes at most. */
function measured(args, log) {
  const begin = performance.now();
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let [peakBytes, result, last] = [0, undefined, 0];
  const watch = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
      peakBytes = Math.max(peakBytes, 1024 * Number(kilobytes ?? 0));
    } catch {
      // It has just ended.
    }
  }, 100);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = JSON.parse(line);
    if (event.event === "result" || event.event === "error") result = event;
    if (event.event === "progress" && performance.now() - last > 15_000) {
      last = performance.now();
      log(`large: ${event.detail}, ${rounded(peakBytes / 1e9)} GB at most so far`);
    }
  });
  return new Promise((resolve, reject) => {
    child.once("close", () => {
      clearInterval(watch);
      const seconds = (performance.now() - begin) / 1000;
      if (result?.event === "result") resolve({ seconds, peakBytes, result });
      else reject(new Error(result?.message ?? "The command ended without a result."));
    });
  });
}
