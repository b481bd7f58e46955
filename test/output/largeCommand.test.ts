/** Large images through the command, on real files. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { isHistobookError } from "../../kernel-lib/dist/foundation/index.js";
import { output, type OutputImage } from "../../kernel-lib/dist/output/index.js";
import { readManifest, readPixelSize, readTiffTags, type Study } from "../../kernel-lib/dist/study/index.js";
import { train } from "../../kernel-lib/dist/training/index.js";
import { run, runJson } from "../cli/command.js";
import { asSharp, newFolder, tissue } from "../study/pictures.js";
import { copyOfStudy, newPreparedStudy } from "../training/smallStudy.js";

let study: Study;
let model: string[];
let slide: string;
const [width, height] = [700, 530];

/** Tissue with soft light and dark areas, so that the network says different things of them, and a white upper left quarter. */
function slideImage() {
  const image = tissue(width, height);
  image.data.forEach((value, i) => {
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    const isWhite = x < width / 2 && y < height / 2;
    image.data[i] = isWhite ? 245 : value / 2 + (Math.sin(x / 23) * Math.cos(y / 31) > 0 ? 90 : 10);
  });
  return image;
}

beforeAll(async () => {
  study = await newPreparedStudy();
  await train(study, { fold: 1, iterations: 40, batch: 16, snapshotEvery: 40 });
  const file = join(study.directory, readManifest(study.directory).models[1].file);
  model = ["--model", file, "--mean", join(study.directory, "DB_train_w32_1.binaryproto"), "--scale", "1"];
  slide = join(newFolder(), "slide.tif");
  await asSharp(slideImage()).tiff({ tile: true, tileWidth: 128, tileHeight: 128 }).toFile(slide);
});

async function pixelsOf(path: string): Promise<{ data: Buffer; info: sharp.OutputInfo }> {
  return sharp(path).raw().toBuffer({ resolveWithObject: true });
}

const map = (out: string, ...more: string[]) =>
  runJson(["output", "--image", slide, ...model, "--out", out, ...more]);

describe("output --tiled", () => {
  test.each([
    ["window", ["--stride", "6", "--fill", "linear"]],
    ["dense", ["--stride", "2"]],
    ["dense", ["--first-line", "leave", "--oversample"]],
  ])("gives the whole image's map in mode %s %s, as a pyramid in tiles", async (mode, more) => {
    const out = newFolder();
    const whole = await map(out, "--mode", mode, ...more);
    const tiled = await map(out, "--mode", mode, ...more, "--tiled", "--no-tissue-mask");
    expect([whole.status, tiled.status]).toEqual([0, 0]);
    const [one] = tiled.last.images as OutputImage[];
    expect([one.width, one.height, one.tissue, one.reused]).toEqual([width, height, null, false]);
    expect(readdirSync(out).sort()).toEqual(
      ["class.png", "class.tif", "map.json", "prob.png", "prob.tif"].map((name) => `slide_${name}`),
    );
    for (const kind of ["prob", "class"]) {
      const [png, tif] = [
        await pixelsOf(join(out, `slide_${kind}.png`)),
        await pixelsOf(join(out, `slide_${kind}.tif`)),
      ];
      expect([tif.info.width, tif.info.height]).toEqual([width, height]);
      const channel = kind === "prob" ? 1 : 0;
      let [different, largest] = [0, 0];
      for (let i = 0; i < width * height; i++) {
        const one = png.data[i * png.info.channels + channel];
        const level = Math.abs(one - tif.data[i * tif.info.channels + channel]);
        if (level > 0) different++;
        largest = Math.max(largest, level);
      }
      // The network's sums run in another order in a tile of another size.
      expect(different).toBeLessThan(width * height * 1e-4);
      if (kind === "prob") expect(largest).toBeLessThanOrEqual(1);
    }
    const { pages } = await sharp(join(out, "slide_prob.tif")).metadata();
    expect(pages).toBe(3);
    expect((await readTiffTags(join(out, "slide_prob.tif")))!.tiled).toBe(true);
  });

  test("adaptive mode tells how far a tiled map agrees with window mode, and that it is there already", async () => {
    const out = newFolder();
    const options = ["--mode", "adaptive", "--stride", "2", "--tiled"];
    const [first] = (await map(out, ...options)).last.images as OutputImage[];
    expect(first.agreement!.pixels).toBeGreaterThan(1024);
    expect(first.agreement!.agreement).toBeGreaterThan(0.8);
    const [again] = (await map(out, ...options)).last.images as OutputImage[];
    expect(again).toEqual({ ...first, reused: true });
    const [other] = (await map(out, ...options, "--seed", "2")).last.images as OutputImage[];
    expect(other.reused).toBe(false);
  });

  test("passes over white, and says so", async () => {
    const out = newFolder();
    const options = ["--mode", "dense", "--tiled"];
    const masked = await run([
      "output",
      "--image",
      slide,
      ...model,
      "--out",
      out,
      ...options,
      "--also",
      "overlay,geojson",
    ]);
    expect(masked.status).toBe(0);
    expect(masked.errors).toMatch(/slide.tif is mapped tile by tile, and gets no overlay and no geojson/);
    const share = Number(/slide: ([\d.]+) % is white and was passed over/.exec(masked.out)?.[1]);
    expect(share).toBeGreaterThan(15);
    expect(share).toBeLessThan(25);
    const plain = newFolder();
    await map(plain, ...options, "--no-tissue-mask");
    const [with_, without] = [out, plain].map((folder) => join(folder, "slide_prob.tif"));
    const [a, b] = [await pixelsOf(with_), await pixelsOf(without)];
    let [passedOver, wrong] = [0, 0];
    for (let i = 0; i < width * height; i++) {
      const same = Math.abs(a.data[3 * i + 1] - b.data[3 * i + 1]) <= 1;
      const skipped = a.data[3 * i] === 255 && a.data[3 * i + 1] === 0;
      if (skipped) passedOver++;
      const [y, x] = [Math.floor(i / width), i % width];
      const isTissue = x > width / 2 || y > height / 2;
      const isFar = x < width / 2 - 50 && y < height / 2 - 50;
      if (!(same || skipped) || (isTissue && !same) || (isFar && !skipped)) wrong++;
    }
    expect(wrong).toBe(0);
    expect((100 * passedOver) / (width * height)).toBeGreaterThanOrEqual(share - 0.1);
  });

  test("after kill -9 goes on from the finished tiles, and ends with the same bytes", async () => {
    const options = ["--mode", "window", "--stride", "4", "--tiled"];
    const [undisturbed, out] = [newFolder(), newFolder()];
    await map(undisturbed, ...options);
    const tiles = join(out, "slide_tiles");
    const killed = await run(["output", "--image", slide, ...model, "--out", out, ...options, "--json"], {
      onOut: (_, child) => {
        const finished = existsSync(tiles)
          ? readdirSync(tiles).filter((name) => /^tile_.*json$/.test(name))
          : [];
        if (finished.length >= 2) child.kill("SIGKILL");
      },
    });
    expect(killed.status).toBeNull();
    expect(readdirSync(out)).toEqual(["slide.lock", "slide_tiles"]);
    const kept = readdirSync(tiles).filter((name) => /^tile_.*json$/.test(name));
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(kept.length).toBeLessThan(9);
    // What a killed process was writing is never read.
    writeFileSync(join(tiles, `.unfinished-elsewhere-1-0-tile_2_2.json`), "half");
    const times = kept.map((name) => statSync(join(tiles, name)).mtimeMs);
    let seen = false;
    const resumed = await runJson(["output", "--image", slide, ...model, "--out", out, ...options], {
      onOut: () => {
        if (seen || !existsSync(tiles)) return;
        seen = true;
        expect(kept.map((name) => statSync(join(tiles, name)).mtimeMs)).toEqual(times);
      },
    });
    expect(resumed.status).toBe(0);
    expect(seen).toBe(true);
    for (const name of ["slide_prob.tif", "slide_class.tif", "slide_map.json"])
      expect(readFileSync(join(out, name)).equals(readFileSync(join(undisturbed, name)))).toBe(true);
    expect(existsSync(tiles)).toBe(false);
  });

  test("an interrupt keeps the tiles; other settings begin anew", async () => {
    const out = newFolder();
    const [, modelFile, , mean] = model;
    const abort = new AbortController();
    const common = { image: slide, model: modelFile, mean, scale: 1, out, tiled: true, stride: 8 };
    const details: string[] = [];
    const interrupted = await output(undefined, {
      ...common,
      signal: abort.signal,
      report: (event) => {
        if (event.event !== "progress") return;
        details.push(event.detail!);
        if (event.detail!.includes("tile 4 of")) abort.abort();
      },
    }).catch((error: unknown) => error);
    expect(isHistobookError(interrupted, "Interrupted")).toBe(true);
    const finished = () =>
      readdirSync(join(out, "slide_tiles")).filter((name) => /^tile_.*json$/.test(name)).length;
    expect(finished()).toBeGreaterThanOrEqual(3);
    expect(details[0]).toMatch(/^slide, tile 1 of 9/);
    const other = new AbortController();
    await output(undefined, {
      ...common,
      fill: "linear",
      signal: other.signal,
      report: (event) => event.event === "progress" && event.detail!.includes("tile 2 of") && other.abort(),
    }).catch((error: unknown) => error);
    expect(finished()).toBeLessThan(3);
  });

  test("stops at an image of another magnification than the training images', and --scale mends it", async () => {
    const folder = newFolder();
    const scanned = async (path: string, micrometres: number, image = tissue(60, 40)): Promise<void> => {
      await asSharp(image)
        .tiff({ xres: 1000 / micrometres, yres: 1000 / micrometres, resolutionUnit: "cm" })
        .toFile(path);
    };
    const copy = copyOfStudy(study);
    await scanned(join(copy.directory, "images", "P1_1.tif"), 0.5);
    await scanned(join(folder, "forty.tif"), 0.25);
    await scanned(join(folder, "twenty.tif"), 0.47);
    await asSharp(tissue(60, 40)).png().toFile(join(folder, "unknown.png"));
    const mapOf = (name: string, ...more: string[]) =>
      runJson([
        "output",
        copy.directory,
        "--fold",
        "1",
        "--image",
        join(folder, name),
        "--out",
        folder,
        ...more,
      ]);
    const refused = await mapOf("forty.tif");
    expect([refused.status, refused.last.code]).toEqual([1, "ScaleMismatch"]);
    expect(refused.last.message).toBe(
      `${join(folder, "forty.tif")}: found 0.25 µm a pixel (40x, by the TIFF's resolution), which scale 1 shows to the model at 40x, expected 0.5 µm a working pixel (20x), at which the model was trained; give --scale 0.5, or --scale 1 if the file is wrong.`,
    );
    const mended = await mapOf("forty.tif", "--scale", "0.5", "--tiled");
    expect((mended.last.images as OutputImage[])[0].width).toBe(30);
    // The map's own pixels are written into it.
    expect((await readPixelSize(join(folder, "forty_prob.tif")))!.micrometres).toBeCloseTo(0.5, 3);
    expect((await mapOf("forty.tif", "--scale", "1")).status).toBe(0);
    expect((await mapOf("twenty.tif")).status).toBe(0);
    expect((await mapOf("unknown.png")).status).toBe(0);
  });

  test("says what is wrong with its options", async () => {
    const refused = async (args: string[]): Promise<string> => {
      const { status, errors } = await run(["output", ...args]);
      expect(status).not.toBe(0);
      return errors;
    };
    expect(await refused([study.directory, "--tiled"])).toMatch(/--tiled: found a fold's test images/);
    expect(await refused(["--image", slide, "--images", "x", ...model])).toMatch(
      /--image: found --images too/,
    );
    expect(await refused(["--image", "nowhere.tif", ...model])).toMatch(/nowhere.tif: found no such file/);
  });
});
