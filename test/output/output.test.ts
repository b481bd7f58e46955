import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  Phase,
  parseNet,
  readMeanImage,
  readModel,
  writeMeanImage,
  writeModel,
} from "../../kernel-lib/dist/caffe/index.js";
import { eagerClassifier, loadEngine, planNetwork, takeWeights } from "../../kernel-lib/dist/engine/index.js";
import { readParentList } from "../../kernel-lib/dist/folds/index.js";
import { output, predictMap, readProbabilityPicture } from "../../kernel-lib/dist/output/index.js";
import { readImage, readManifest, updateManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import { deployNetTemplate, train } from "../../kernel-lib/dist/training/index.js";
import { randomWeights } from "../engine/randomWeights.js";
import { asSharp, newFolder, tissue } from "../study/pictures.js";
import { copyOfStudy, height, newPreparedStudy, width } from "../training/smallStudy.js";

interface GeoJson {
  type: string;
  features: { geometry: { type: string; coordinates: [number, number][][] }; properties: unknown }[];
}

let prepared: Study;
let study: Study;
const home = process.cwd();
const path = (...parts: string[]) => join(study.directory, ...parts);
const pixels = (file: string) => decode(readFileSync(file));
const modelOf = (fold: number) => path(readManifest(study.directory).models[fold].file);
const meanOf = (fold: number) => path(`DB_train_w32_${fold}.binaryproto`);
const stride = 2;
const command = join(__dirname, "..", "..", "kernel-lib", "bin", "histobook.js");

beforeAll(async () => {
  prepared = await newPreparedStudy();
  await train(prepared, { iterations: 40, batch: 16, snapshotEvery: 40 });
  await output(prepared.directory, { stride });
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});
afterAll(() => process.chdir(home));

describe("output", () => {
  test("classifies every patient once, in the fold in which it is tested, at the working size", () => {
    const files = [1, 2].flatMap((fold) =>
      readdirSync(path("out", String(fold))).map((name) => `${fold}/${name}`),
    );
    const expected = [1, 2].flatMap((fold) =>
      readParentList(path(`test_w32_parent_${fold}.txt`)).flatMap((patient) => [
        `${fold}/${patient}_1_class.png`,
        `${fold}/${patient}_1_prob.png`,
      ]),
    );
    expect(files.sort()).toEqual(expected.sort());
    expect(files.length).toBe(8);
    expect(Object.keys(readManifest(study.directory).maps).length).toBe(4);
  });

  test("writes red + green = 255 and blue 0, and the likelier class as 0 or 255", async () => {
    const [patient] = readParentList(path("test_w32_parent_1.txt"));
    const probability = pixels(path("out", "1", `${patient}_1_prob.png`));
    const classes = pixels(path("out", "1", `${patient}_1_class.png`));
    expect([probability.width, probability.height, probability.channels]).toEqual([width, height, 3]);
    expect([classes.width, classes.height, classes.channels]).toEqual([width, height, 1]);

    const engine = await loadEngine();
    const plan = planNetwork(parseNet(deployNetTemplate({ size: 32 }), "deploy"), Phase.TEST, new Map());
    const weights = takeWeights(plan, readModel(modelOf(1)).weights, "model");
    const classifier = eagerClassifier(engine, plan, weights, readMeanImage(meanOf(1)));
    const map = await predictMap(await readImage(path("images", `${patient}_1.tif`)), classifier, { stride });
    classifier.dispose();
    map.epithelium.forEach((value, i) => {
      const [red, green, blue] = [0, 1, 2].map((c) => probability.data[3 * i + c]);
      expect([red + green, blue]).toEqual([255, 0]);
      expect(green).toBe(Math.round(255 * value));
      expect(classes.data[i]).toBe(value > 0.5 ? 255 : 0);
    });
    expect(new Set(probability.data).size).toBeGreaterThan(5);
  });

  test("keeps what is there, and makes it again when image, model, mean or stride differ", async () => {
    const again = async (options = {}) => {
      const { images } = await output(study.directory, { fold: 1, stride, ...options });
      return images.map(({ reused }) => reused);
    };
    expect(await again()).toEqual([true, true]);
    const [one] = readParentList(path("test_w32_parent_1.txt"));
    rmSync(path("out", "1", `${one}_1_class.png`));
    expect(await again()).toEqual([false, true]);
    await asSharp(tissue(width, height, 9))
      .tiff()
      .toFile(path("images", `${one}_1.tif`));
    expect(await again()).toEqual([false, true]);
    expect(await again({ stride: 4 })).toEqual([false, false]);
    expect(await again({ stride: 4, oversample: true })).toEqual([false, false]);
    expect(await again({ stride: 4, oversample: true, firstLine: "leave" })).toEqual([false, false]);
    expect(await again({ stride: 4, oversample: true, firstLine: "leave" })).toEqual([true, true]);
    expect(await again({ stride: 4, rotations: true })).toEqual([false, false]);
    expect(await again({ stride: 4, fill: "linear" })).toEqual([false, false]);
    expect(await again({ stride: 4, fill: "linear", mode: "adaptive" })).toEqual([false, false]);
    expect(await again({ stride: 4, fill: "linear", mode: "dense" })).toEqual([false, false]);
    // What a mode does not look at makes no other map.
    expect(await again({ stride: 4, fill: "linear", mode: "dense", windowShare: 0.5 })).toEqual([true, true]);
    await train(study, { fold: 1, iterations: 41, batch: 16, snapshotEvery: 41 });
    expect(await again({ stride: 4 })).toEqual([false, false]);
  });

  test("writes overlay, outlines for QuPath and 16 bits beside the pictures, and again with every new map", async () => {
    const [patient] = readParentList(path("test_w32_parent_1.txt"));
    const file = (ending: string) => path("out", "1", `${patient}_1${ending}`);
    const also = ["overlay", "geojson", "prob16"] as const;
    const { images } = await output(study.directory, { fold: 1, stride, also });
    expect(images.map(({ reused }) => reused)).toEqual([false, false]);
    expect((await output(study.directory, { fold: 1, stride, also })).images[0].reused).toBe(true);

    const { data: levels } = await sharp(file("_prob16.tif"))
      .toColourspace("grey16")
      .raw({ depth: "ushort" })
      .toBuffer({ resolveWithObject: true });
    const fine = new Uint16Array(levels.buffer, levels.byteOffset, width * height);
    const probability = pixels(file("_prob.png"));
    fine.forEach((level, i) => {
      expect(Math.abs(level / 257 - probability.data[3 * i + 1])).toBeLessThanOrEqual(0.5);
    });
    expect(new Set(fine).size).toBeGreaterThan(new Set(probability.data).size);

    const overlay = pixels(file("_overlay.png"));
    const image = await readImage(path("images", `${patient}_1.tif`));
    expect([overlay.width, overlay.height, overlay.channels]).toEqual([width, height, 3]);
    expect(Buffer.from(overlay.data as Uint8Array).equals(image.data)).toBe(false);

    const { type, features } = JSON.parse(readFileSync(file(".geojson"), "utf8")) as GeoJson;
    expect(type).toBe("FeatureCollection");
    const classes = pixels(file("_class.png")).data;
    expect(features.length > 0).toBe(classes.includes(255));
    for (const { geometry, properties } of features) {
      expect(geometry.type).toBe("Polygon");
      expect(properties).toEqual({
        objectType: "annotation",
        classification: { name: "Epithelium", color: [0, 158, 115] },
      });
    }

    // A new map without the wish: what is there would be of an older one.
    const before = readFileSync(file("_prob16.tif"));
    await output(study.directory, { fold: 1, stride: 4 });
    expect(readFileSync(file("_prob16.tif")).equals(before)).toBe(false);
  });

  test("outlines are in the pixels of the image file, whatever the scale", async () => {
    const [patient] = readParentList(path("test_w32_parent_1.txt"));
    const larger = path("elsewhere");
    mkdirSync(larger);
    const image = await readImage(path("images", `${patient}_1.tif`));
    await asSharp(image)
      .resize(2 * width, 2 * height, { kernel: "nearest" })
      .png()
      .toFile(join(larger, "large.png"));
    const run = async (scale: number, name: string) => {
      const out = path(`out-${name}`);
      const options = { images: larger, fold: 1, scale, stride, out, also: ["geojson"] } as const;
      await output(study.directory, options);
      const { features } = JSON.parse(readFileSync(join(out, "large.geojson"), "utf8")) as GeoJson;
      return features.flatMap(({ geometry }) => geometry.coordinates.flat());
    };
    const points = await run(0.5, "half");
    expect(points.length).toBeGreaterThan(0);
    const right = Math.max(...points.map(([x]) => x));
    expect(right).toBeGreaterThan(width);
    expect(right).toBeLessThanOrEqual(2 * width);
  });

  test("takes no placeholder and no half picture for a result", async () => {
    const [one, other] = readParentList(path("test_w32_parent_1.txt"));
    const half = path("out", "1", `${one}_1_prob.png`);
    const whole = readFileSync(half);
    truncateSync(half, Math.floor(whole.length / 2));
    writeFileSync(path("out", "1", `${other}_1_class.png`), "");
    const { images } = await output(study.directory, { fold: 1, stride });
    expect(images.map(({ reused }) => reused)).toEqual([false, false]);
    expect(readFileSync(half).equals(whole)).toBe(true);
  });

  test("several processes share a folder: each image is made once, and a killed one's is made by another", async () => {
    rmSync(path("out"), { recursive: true });
    const child = () => {
      const process_ = spawn(
        process.execPath,
        [command, "output", study.directory, "--fold", "1", "--json"],
        { stdio: ["ignore", "pipe", "ignore"] },
      );
      let out = "";
      process_.stdout.on("data", (chunk) => (out += String(chunk)));
      const ended = new Promise<string>((done) => process_.once("close", () => done(out)));
      return { process_, ended };
    };
    const isClaimed = () =>
      existsSync(path("out", "1")) && readdirSync(path("out", "1")).some((name) => name.endsWith(".lock"));
    const killed = child();
    await expect.poll(isClaimed, { timeout: 60_000 }).toBe(true);
    killed.process_.kill("SIGKILL");
    await killed.ended;
    expect(isClaimed()).toBe(true);

    const outputs = await Promise.all([child().ended, child().ended]);
    const images = outputs.flatMap((out) => {
      const last = JSON.parse(out.trim().split("\n").at(-1)!) as {
        images: { name: string; reused: boolean }[];
      };
      expect(last.images.length).toBe(2);
      return last.images;
    });
    expect(images.filter(({ reused }) => !reused).length).toBe(2);
    expect(new Set(images.filter(({ reused }) => !reused).map(({ name }) => name)).size).toBe(2);
    expect(isClaimed()).toBe(false);
  });

  test("refuses to write what there isn't, before anything is done", async () => {
    await expect(output(study.directory, { also: ["svg" as "overlay"] })).rejects.toThrow(
      "--also: found 'svg', expected 'overlay' or 'geojson' or 'prob16'; give another value.",
    );
  });

  test("writes down how a map was made and how far it agrees with window mode, and says it again", async () => {
    const { images, agreement, mode } = await output(study.directory, { fold: 1, mode: "dense" });
    expect(mode).toBe("dense");
    const { maps } = readManifest(study.directory);
    for (const { name, agreement: own } of images) {
      expect(maps[`out/1/${name}`]).toMatchObject({ mode: "dense", stride: 1, agreement: own });
      expect(own!.pixels).toBe(1024);
    }
    const again = await output(study.directory, { fold: 1, mode: "dense" });
    expect(again.images.map(({ agreement: own, reused }) => [own, reused])).toEqual(
      images.map(({ agreement: own }) => [own, true]),
    );
    expect(again.agreement).toBe(agreement);
    const plain = await output(study.directory, { fold: 1, stride });
    expect(plain.images.map(({ agreement: own }) => own)).toEqual([null, null]);
    expect(plain.agreement).toBeNull();
  });

  test("in dense mode gives window mode's map of a network without padding, from real pixels", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "in"));
    const image = join(__dirname, "..", "..", "kernel-lib", "sample", "GT2012154_1001.tif");
    await sharp(image)
      .extract({ left: 40, top: 30, width: 70, height: 50 })
      .png()
      .toFile(join(folder, "in", "real.png"));
    const deploy = deployNetTemplate({ size: 32 })
      .replaceAll("pad: 2", "pad: 0")
      .replaceAll("kernel_size: 5", "kernel_size: 3");
    const net = parseNet(deploy, "deploy.prototxt");
    const weights = randomWeights(planNetwork(net, Phase.TEST, new Map()));
    // Pixels are large numbers, and a softmax of large numbers says 0 or 1 alone.
    const [last] = weights.get("ip2")!;
    last.data.forEach((value, i) => (last.data[i] = value / 100));
    writeFileSync(join(folder, "deploy.prototxt"), deploy);
    const [model, mean] = [join(folder, "own.caffemodel"), join(folder, "mean.binaryproto")];
    writeModel(model, net, weights);
    const data = new Float32Array(3 * 32 * 32).fill(150);
    writeMeanImage(mean, { channels: 3, height: 32, width: 32, data });

    const warnings: string[] = [];
    const run = (mode: "dense" | "window") =>
      output(undefined, {
        images: join(folder, "in"),
        out: join(folder, mode),
        model,
        mean,
        mode,
        scale: 1,
        report: (event) => void (event.event === "warning" && warnings.push(event.message)),
      });
    const { images, agreement } = await run("dense");
    expect(agreement).toBe(1);
    expect(images[0].agreement!.largestDifference).toBeLessThan(1e-5);
    expect(warnings.filter((message) => message.startsWith("Mode dense"))).toEqual([]);
    const { images: exact } = await run("window");
    const levels = [images, exact].map(([{ probability }]) => readProbabilityPicture(probability).levels);
    // One step of 255 where a probability lies between two.
    levels[0].forEach((level, i) => expect(Math.abs(level - levels[1][i])).toBeLessThanOrEqual(1));
    expect(new Set(levels[1]).size).toBeGreaterThan(50);
  });

  test("works at half the size when the model did", async () => {
    await updateManifest(study.directory, (manifest) => {
      manifest.models[1].scale = 0.5;
      return manifest;
    });
    const { images } = await output(study.directory, { fold: 1, stride: 8 });
    expect(images.map((image) => [image.width, image.height])).toEqual([
      [28, 22],
      [28, 22],
    ]);
    const { width: w, height: h } = pixels(images[0].probability);
    expect([w, h]).toEqual([28, 22]);
    await expect(output(study.directory, { fold: 1, scale: 1 })).rejects.toMatchObject({
      code: "ScaleMismatch",
      message:
        "--scale: found 1 for a model trained at scale 0.5, expected the magnification at which the model was trained; leave --scale out or give --scale 0.5, or train at 1 from step 1 on.",
    });
    // Images from elsewhere may have another magnification; without a scale of their own they are the model's.
    const elsewhere = { fold: 1, images: path("images"), stride: 8 };
    const sizeAt = async (scale?: number): Promise<number> =>
      (await output(study.directory, { ...elsewhere, scale, out: path("elsewhere", String(scale)) }))
        .images[0].width;
    expect([await sizeAt(), await sizeAt(1)]).toEqual([28, 56]);
    await expect(sizeAt(0)).rejects.toMatchObject({ code: "BadOption" });
  });

  test("classifies a folder without a study, leaves masks alone and names what can't be read", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "in"));
    const image = tissue(21, 1, 3);
    await asSharp(image)
      .png()
      .toFile(join(folder, "in", "alone.png"));
    await asSharp(tissue(3, 40))
      .jpeg()
      .toFile(join(folder, "in", "b_2.jpg"));
    await sharp(Buffer.alloc(40 * 30, 90), { raw: { width: 40, height: 30, channels: 1 } })
      .tiff()
      .toFile(join(folder, "in", "grey.tif"));
    writeFileSync(join(folder, "in", "b_2_mask.png"), "not looked at");
    await asSharp(tissue(40, 40))
      .tiff()
      .toFile(join(folder, "in", "corrupt.tif"));
    truncateSync(join(folder, "in", "corrupt.tif"), 300);
    process.chdir(folder);
    const model = modelOf(1);
    const { images, skipped } = await output(undefined, {
      images: "in",
      model,
      mean: meanOf(1),
      scale: 1,
      stride: 8,
    });
    expect(
      images.map(({ name, fold, reused, width: w, height: h }) => ({ name, fold, reused, w, h })),
    ).toEqual([
      { name: "alone", fold: null, reused: false, w: 21, h: 1 },
      { name: "b_2", fold: null, reused: false, w: 3, h: 40 },
      { name: "grey", fold: null, reused: false, w: 40, h: 30 },
    ]);
    expect(skipped.length).toBe(1);
    expect(skipped[0].file).toContain("corrupt.tif");
    expect(skipped[0].reason).toMatch(/corrupt.tif: found a file that can't be decoded, expected/);
    expect(readdirSync(join(folder, "out")).sort()).toEqual(
      ["alone", "b_2", "grey"].flatMap((name) => [`${name}_class.png`, `${name}_prob.png`]),
    );
    const elsewhere = await output(undefined, {
      images: "in",
      model,
      mean: meanOf(1),
      scale: 1,
      stride: 8,
      out: "there",
    });
    expect(elsewhere.images.length).toBe(3);
    expect(existsSync(join(folder, "there", "grey_prob.png"))).toBe(true);
  });

  test("says why a faster engine is not used", async () => {
    const { passedOver } = await loadEngine();
    const messages: string[] = [];
    await output(study.directory, {
      stride,
      report: (event) => void (event.event === "warning" && messages.push(event.message)),
    });
    expect(messages).toEqual(passedOver.map(({ engine, reason }) => `${engine} is not used: ${reason}.`));
  });

  test("one corrupt test image does not stop the others", async () => {
    const [one] = readParentList(path("test_w32_parent_1.txt"));
    writeFileSync(path("images", `${one}_1.tif`), "no tiff");
    const { images, skipped } = await output(study.directory, { fold: 1, stride: 8 });
    expect(images.length).toBe(1);
    expect(skipped.map(({ file }) => file)).toEqual([path("images", `${one}_1.tif`)]);
  });

  test("names a test patient whose images are gone", async () => {
    const [one] = readParentList(path("test_w32_parent_1.txt"));
    rmSync(path("images", `${one}_1.tif`));
    const { images, skipped } = await output(study.directory, { fold: 1, stride });
    expect(images.length).toBe(1);
    expect(skipped.some(({ reason }) => reason.includes(`found patient ${one} without an image`))).toBe(true);
  });

  test.each<[string, () => unknown, string, RegExp]>([
    [
      "a fold without a model",
      () => output(study.directory, { fold: 7 }),
      "MissingStep",
      /found no test_w32_parent_7.txt/,
    ],
    ["a stride of 0", () => output(study.directory, { stride: 0 }), "BadOption", /^--stride: found 0/],
    [
      "an unknown word for the first line",
      () => output(study.directory, { firstLine: "skip" as "leave" }),
      "BadOption",
      /^--first-line: found 'skip', expected 'predict' or 'leave'/,
    ],
    ["neither study nor images", () => output(undefined, {}), "BadOption", /^STUDY: found no study folder/],
    [
      "images without a model",
      () => output(undefined, { images: "in", mean: "m" }),
      "BadOption",
      /found no study folder, expected a study, or --image or --images with --model and --mean/,
    ],
    [
      "a scale of 0",
      () => output(undefined, { images: path("images"), model: modelOf(1), mean: meanOf(1), scale: 0 }),
      "BadOption",
      /^--scale: found 0, expected a number between 0.001 and 4/,
    ],
    [
      "a folder that is not there",
      () => output(undefined, { images: "nowhere", model: modelOf(1), mean: meanOf(1) }),
      "BadInput",
      /nowhere: found no such folder/,
    ],
    [
      "a model that is not there",
      () => output(study.directory, { fold: 1, model: "no.caffemodel" }),
      "BadInput",
      /^no.caffemodel: found no/,
    ],
    [
      "a mean image that is not there",
      () => output(study.directory, { fold: 1, mean: "no.binaryproto" }),
      "BadInput",
      /^no.binaryproto: found no/,
    ],
  ])("stops with one sentence at %s", async (_, work, code, sentence) => {
    const promise = work() as Promise<unknown>;
    await expect(promise).rejects.toThrow(sentence);
    await expect(promise).rejects.toMatchObject({ code });
  });

  test("an interrupt leaves no half picture, and a second run goes on", async () => {
    rmSync(path("out"), { recursive: true });
    const stop = new AbortController();
    const work = output(study.directory, {
      stride,
      signal: stop.signal,
      report: (event) => event.event === "progress" && event.done > 700 && stop.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: "Interrupted" });
    const left = readdirSync(path("out", "1"));
    expect(left.length).toBe(2);
    const { images } = await output(study.directory, { stride });
    expect(images.map(({ reused }) => reused)).toEqual([true, false, false, false]);
    for (const { probability } of images) {
      expect(readFileSync(probability)).toEqual(
        readFileSync(probability.replace(study.directory, prepared.directory)),
      );
    }
  });
});
