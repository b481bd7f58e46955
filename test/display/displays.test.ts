import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { parseHTML } from "linkedom";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  bundleBytes,
  createSample,
  display,
  evaluate,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  outputLimit,
  progressDisplay,
  readMask,
  readProbabilityPicture,
  sampleAttribution,
  showCases,
  showDatabase,
  showEvaluation,
  showFolds,
  showMap,
  showMeanImage,
  showNetwork,
  showPatches,
  showRegions,
  showTraining,
  train,
  type Bundle,
  type OutputResult,
  type Study,
} from "histobook";
import {
  checkPayload,
  payloadSchemas,
  viewMimeType,
  type DrawnViewName,
  type ViewName,
} from "histobook/payloads";
import { mapPayload } from "../../kernel-lib/src/display/mapPayload.js";
import { updateManifest } from "../../kernel-lib/src/study/manifest.js";
import { golden } from "../engine/golden.js";
import { addCase, newFolder, newStudy, rectangle, tissue } from "../study/pictures.js";
import { copyOfStudy } from "../training/smallStudy.js";

/** The sample with every step done, as small as it goes. */
let study: Study;
let maps: OutputResult;
/** Every view of it, by the function's name. */
let views: Record<string, Bundle>;
/** Two patients whose images are as large as the tutorial's and pure noise, which no PNG can compress. */
let large: Study;
let largeMaps: OutputResult;

beforeAll(async () => {
  study = openStudy(await createSample(newFolder()));
  await makePatches(study, { perImage: 5 });
  const folds = await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  const trained = await train(study, { fold: 1, iterations: 3, batch: 8 });
  maps = await output(study.directory, { fold: 1, stride: 32 });
  const evaluation = await evaluate(study, { pixels: 20 });
  const { name } = study.cases[0];
  views = {
    showCases: await showCases(study),
    showRegions: await showRegions(study, name),
    showPatches: await showPatches(study),
    "showPatches of an image": await showPatches(study, { image: name, count: 7 }),
    showFolds: showFolds(folds),
    showDatabase: await showDatabase(study, 1),
    showMeanImage: await showMeanImage(join(study.directory, "DB_train_w32_1.binaryproto")),
    "showMeanImage of grey": await showMeanImage(join(golden, "c", "mean_gray.binaryproto")),
    showNetwork: await showNetwork(study, 1),
    showTraining: await showTraining(trained),
    showMap: await showMap(study, maps.images[0].name),
    showEvaluation: await showEvaluation(evaluation),
  };
  const directory = newStudy();
  for (const patient of ["P1", "P2"]) {
    const mask = rectangle(1100, 1000, [100, 100, 700, 800]);
    await addCase(directory, `${patient}_1`, tissue(1100, 1000, patient === "P1" ? 1 : 2), mask);
  }
  large = openStudy(directory);
  await makePatches(large, { perImage: 3, scale: 1 });
  await makeFolds(large, { folds: 2, validation: 0 });
  await makeDatabases(large, { fold: 1 });
  await train(large, { fold: 1, iterations: 1, batch: 4 });
  largeMaps = await output(large.directory, { fold: 1, stride: 100 });
}, 600_000);

afterAll(() => {
  for (const { directory } of [study, large]) rmSync(directory, { recursive: true, force: true });
});

const names = [
  "showCases",
  "showRegions",
  "showPatches",
  "showPatches of an image",
  "showFolds",
  "showDatabase",
  "showMeanImage",
  "showMeanImage of grey",
  "showNetwork",
  "showTraining",
  "showMap",
  "showEvaluation",
];

/** The extension's view of a display, drawn so far or not; displays without one are still pictures everywhere. */
const viewsOf: { readonly [name: string]: ViewName | undefined } = {
  showCases: "cases",
  showPatches: "patch-grid",
  "showPatches of an image": "patch-grid",
  showFolds: "fold-summary",
  showDatabase: "database-summary",
  showNetwork: "network",
  showTraining: "training-curve",
  showMap: "probability-map",
  showEvaluation: "evaluation",
};

function documentOf({ data }: Bundle): Document {
  return parseHTML(`<html><body>${String(data["text/html"])}</body></html>`).document;
}

function imagesOf(bundle: Bundle): Element[] {
  return Array.from<Element>(documentOf(bundle).querySelectorAll("img"));
}

/** The bytes of every picture that a view shows: data URLs of its markup, or its SVG. */
function picturesOf(bundle: Bundle): Buffer[] {
  const svg = bundle.data["image/svg+xml"];
  if (typeof svg === "string") return [Buffer.from(svg)];
  return imagesOf(bundle).map((image) => {
    const [, base64] =
      /^data:image\/(?:png|svg\+xml);base64,(.*)$/.exec(image.getAttribute("src") ?? "") ?? [];
    return Buffer.from(base64, "base64");
  });
}

describe.each(names)("%s()", (name) => {
  test("gives text and a form with pictures or tables, in less than 1 MB", () => {
    const { data } = views[name];
    expect(data["text/plain"]).toMatch(/\S/);
    expect(data["text/html"] ?? data["image/svg+xml"]).toMatch(/<(table|img|svg)/);
    expect(bundleBytes(views[name])).toBeLessThan(outputLimit);
  });

  test("shows only pictures that decode, each with a text in its place", async () => {
    const colours: number[] = [];
    for (const picture of picturesOf(views[name])) {
      const { info, data } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
      expect(info.width * info.height).toBeGreaterThan(0);
      colours.push(new Set(data).size);
    }
    // One may be all black: the class picture of a network that has learned nothing.
    if (colours.length > 0) expect(Math.max(...colours)).toBeGreaterThan(10);
    if (views[name].data["text/html"] === undefined) return;
    for (const image of imagesOf(views[name])) {
      expect(image.getAttribute("alt")).toMatch(/\S/);
    }
  });

  test("sends the extension nothing but payloads that have a schema and fit it", () => {
    const custom = Object.keys(views[name].data).filter((mime) => mime.startsWith("application/"));
    const known = Object.keys(payloadSchemas) as DrawnViewName[];
    for (const mime of custom) {
      const view = known.find((one) => viewMimeType(one) === mime);
      expect(view).toBeDefined();
      expect(checkPayload(view!, views[name].data[mime])).toMatchObject({ ok: true });
    }
    const view = viewsOf[name];
    expect(custom).toEqual(view !== undefined && known.includes(view) ? [viewMimeType(view)] : []);
  });
});

test.each(["showCases", "showRegions", "showPatches", "showPatches of an image", "showDatabase", "showMap"])(
  "%s() says whose the sample's images are",
  (name) => {
    expect(documentOf(views[name]).body.textContent).toContain(sampleAttribution);
    expect(views[name].data["text/plain"]).toContain(sampleAttribution);
  },
);

test("images of the reader's own are not attributed to the sample", async () => {
  const { data } = await showCases(large);
  expect(JSON.stringify(data)).not.toContain("EBHI");
});

describe("showMap()'s payload", () => {
  const payloadOf = (bundle: Bundle) => {
    const check = checkPayload("probability-map", bundle.data[viewMimeType("probability-map")]);
    if (!check.ok) throw new Error(JSON.stringify(check.problems));
    return check.payload;
  };
  const grey = (url: string | null) =>
    sharp(Buffer.from(url!.split(",")[1], "base64"))
      .toColourspace("b-w")
      .raw()
      .toBuffer({ resolveWithObject: true });

  test("holds step 5's probabilities and the mask, pixel by pixel", async () => {
    const payload = payloadOf(views.showMap);
    const image = maps.images[0];
    const stored = readProbabilityPicture(image.probability);
    const probability = await grey(payload.probability);
    expect([payload.width, payload.height]).toEqual([stored.width, stored.height]);
    expect(probability.info).toMatchObject({ width: stored.width, height: stored.height, channels: 1 });
    expect(new Uint8Array(probability.data)).toEqual(stored.levels);
    const one = study.cases.find(({ name }) => name === image.name)!;
    const mask = await readMask(one.maskPath!);
    expect(new Uint8Array((await grey(payload.mask)).data)).toEqual(mask.data.map((value) => 255 * value));
    expect(payload).toMatchObject({ name: image.name, fold: 1, role: "test" });
  });

  test("takes another threshold when one is given", async () => {
    const bundle = await showMap(study, maps.images[0].name, { threshold: 0.25 });
    expect(payloadOf(bundle).threshold).toBe(0.25);
    expect(bundle.data["text/plain"]).toContain("threshold 0.25; F-score");
  });

  test("says how far another mode agrees with window mode", async () => {
    const copy = copyOfStudy(study);
    const { images } = await output(copy.directory, { fold: 1, stride: 32, mode: "dense" });
    const shown = await showMap(copy, images[0].name);
    const said =
      /every 32nd pixel computed by mode dense, which gives \d+\.\d % of 49 compared pixels window mode's/;
    expect(shown.data["text/plain"]).toMatch(said);
    expect(documentOf(shown).body.textContent).toMatch(said);
  });

  test("holds the map that it is compared with, in both forms", async () => {
    const image = maps.images[0];
    const shown = await showMap(study, image.name, { against: image.probability });
    const { other, probability } = payloadOf(shown);
    expect(other).toEqual({ name: image.probability, probability });
    expect(documentOf(shown).body.textContent).toContain(
      `the probability minus that of ${image.probability}`,
    );
    expect(bundleBytes(shown)).toBeLessThan(outputLimit);
    await expect(showMap(study, image.name, { against: largeMaps.images[0].probability })).rejects.toThrow(
      /a map of 1100 x 1000 pixels, expected 224 x 224/,
    );
  });

  test("has the size of a map of 1000 x 1000 pixels, which is the tutorial's", async () => {
    const directory = newStudy();
    const [one] = study.cases;
    const enlarge = (kernel: "cubic" | "nearest", path: string): Promise<Buffer> =>
      sharp(path).resize(1000, 1000, { kernel }).png().toBuffer();
    writeFileSync(join(directory, "images/P1_1.png"), await enlarge("cubic", one.imagePath));
    writeFileSync(join(directory, "images/P1_1_mask.png"), await enlarge("nearest", one.maskPath!));
    const wide = openStudy(directory);
    const soft = await sharp(join(directory, "images/P1_1_mask.png"))
      .extractChannel(0)
      .blur(20)
      .raw()
      .toBuffer();
    mkdirSync(join(directory, "out/1"), { recursive: true });
    const pixels = Buffer.from([...soft].flatMap((value) => [255 - value, value, 0]));
    const path = join(directory, "out/1/P1_1_prob.png");
    await sharp(pixels, { raw: { width: 1000, height: 1000, channels: 3 } })
      .png()
      .toFile(path);
    const record = { key: "k", fold: 1, model: "m", stride: 1 };
    await updateManifest(directory, (manifest) => ({
      ...manifest,
      scale: 1,
      maps: { "out/1/P1_1": record },
    }));
    const shown = await showMap(wide, "P1_1");
    const payload = payloadOf(shown);
    expect([payload.width, payload.height, payload.reducedFrom]).toEqual([1000, 1000, null]);
    expect(new Uint8Array((await grey(payload.probability)).data)).toEqual(new Uint8Array(soft));
    expect(payload.image).toMatch(/^data:image\/jpeg/);
    expect(bundleBytes(shown)).toBeLessThan(outputLimit);
    rmSync(directory, { recursive: true });
  });

  test("is reduced, all pictures alike, when a map is too large for an output", async () => {
    const [width, height] = [1500, 1400];
    const image = tissue(width, height);
    const payload = await mapPayload({
      ...{
        one: study.cases[0],
        fold: 1,
        stride: 1,
        threshold: 0.5,
        thresholdIsChosen: false,
        comparison: null,
        image,
        other: null,
      },
      mask: rectangle(width, height, [100, 100, 700, 800]),
      stored: { width, height, levels: image.data.filter((_, i) => i % 3 === 0) },
    });
    expect(payload.width).toBeLessThan(width);
    expect(payload.reducedFrom).toEqual({ width, height });
    for (const url of [payload.image, payload.probability, payload.mask]) {
      expect((await grey(url)).info).toMatchObject({ width: payload.width, height: payload.height });
    }
    expect(new Set((await grey(payload.mask)).data)).toEqual(new Set([0, 255]));
    expect(JSON.stringify(payload).length).toBeLessThan(0.65 * outputLimit);
  });
});

test("images of noise, which no PNG makes smaller, stay below the limit", async () => {
  for (const bundle of [
    await showCases(large, { side: 400 }),
    await showRegions(large, "P1_1"),
    await showPatches(large, { count: 200 }),
    await showPatches(large, { image: "P1_1", count: 200 }),
    await showDatabase(large, 1),
    await showMap(large, largeMaps.images[0].name),
  ]) {
    expect(bundleBytes(bundle)).toBeLessThan(outputLimit);
  }
});

test("a split of very many patients is shown as far as an output holds it, and says so", () => {
  const patients = Array.from({ length: 12_000 }, (_, n) => ({
    name: `patient-${n}`,
    images: 1,
    patches: { p: 10, e: 10, b: 3 },
  }));
  const names = patients.map(({ name }) => name);
  const counts = { total: 1, byClass: [1, 0] as [number, number] };
  const sides = { train: counts, validation: counts, test: counts };
  const folds = [0, 1].map((half) => ({
    fold: half + 1,
    train: names.filter((_, n) => n % 2 !== half),
    validation: [],
    test: names.filter((_, n) => n % 2 === half),
    patches: sides,
  }));
  const many = showFolds({ folds, patients, size: 32 });
  expect(Object.keys(many.data)).toEqual(["text/html", "text/plain"]);
  expect(documentOf(many).body.textContent).toContain("too much for one output");
  expect(bundleBytes(many)).toBeLessThan(outputLimit);
  const first = names.slice(0, 2000);
  const fewer = showFolds({
    folds: folds.map((fold) => ({
      ...fold,
      train: fold.train.slice(0, 1000),
      test: fold.test.slice(0, 1000),
    })),
    patients: patients.slice(0, first.length),
    size: 32,
  });
  expect(checkPayload("fold-summary", fewer.data[viewMimeType("fold-summary")])).toMatchObject({ ok: true });
  expect(bundleBytes(fewer)).toBeLessThan(outputLimit);
});

test("names are text, whatever they hold", async () => {
  const directory = newStudy();
  const name = `<b>&"'<i onclick=x>_1`;
  await addCase(directory, name);
  const hostile = openStudy(directory);
  await makePatches(hostile, { perImage: 2, scale: 1 });
  const counts = { total: 1, byClass: [1, 0] as [number, number] };
  const patches = { train: counts, validation: counts, test: counts };
  const patient = { name: "<b>patient", images: 1, patches: { p: 1, e: 0, b: 0 } };
  const fold = { fold: 1, train: [], validation: [], test: ["<b>patient"], patches };
  for (const [bundle, text] of [
    [await showCases(hostile), name],
    [await showRegions(hostile, name), name],
    [await showPatches(hostile, { image: name }), name],
    [showFolds({ folds: [fold], patients: [patient], size: 32 }), "<b>patient"],
  ] as const) {
    expect(documentOf(bundle).querySelectorAll("b, i, [onclick]")).toHaveLength(0);
    expect(documentOf(bundle).body.textContent).toContain(text);
    expect(bundle.data["text/plain"]).toContain(text);
  }
  rmSync(directory, { recursive: true });
});

test("an image that can't be read is named in its place, and the others are shown", async () => {
  const directory = newStudy();
  await addCase(directory, "P1_1");
  await addCase(directory, "P2_1", tissue(64, 64), rectangle(32, 32, [4, 4, 8, 8]));
  const bundle = await showCases(openStudy(directory));
  expect(documentOf(bundle).querySelectorAll("img")).toHaveLength(1);
  expect(documentOf(bundle).body.textContent).toContain("found a mask of 32 x 32 pixels, expected 64 x 64");
  rmSync(directory, { recursive: true });
});

describe("what can't be shown is an error with a way out", () => {
  const cases: [string, () => Promise<Bundle>, RegExp][] = [
    ["an unknown image", () => showRegions(study, "nobody_1"), /no such image.*one of 20/],
    ["a map before step 5", () => showMap(study, notMapped()), /no probability map.*run output/],
    [
      "a map of another fold",
      () => showMap(study, maps.images[0].name, { fold: 4 }),
      /no probability map in fold 4/,
    ],
    ["an empty log", () => showTraining([]), /no loss and no test.*train a fold/],
    [
      "patches before step 1",
      () => showPatches({ ...study, directory: newFolder() }),
      /no patches.*makePatches/,
    ],
  ];
  const notMapped = () =>
    study.cases.find(({ name }) => maps.images.every((image) => image.name !== name))!.name;
  test.each(cases)("%s", async (_, show, message) => {
    await expect(show()).rejects.toThrow(message);
  });
});

describe("a bundle", () => {
  test("can be asked for its forms by a kernel, and prints as its text", () => {
    const { showFolds: bundle } = views as Record<"showFolds", Bundle>;
    const hook = (bundle as unknown as Record<symbol, () => unknown>)[Symbol.for("Jupyter.display")];
    expect(hook.call(bundle)).toEqual(bundle.data);
    expect(inspect(bundle)).toBe(bundle.data["text/plain"]);
    expect(Object.keys(bundle)).toEqual(["data", "metadata"]);
  });

  test("goes to standard output as text where there is no notebook", () => {
    expect(printed(() => display(views.showFolds))).toBe(`${String(views.showFolds.data["text/plain"])}\n`);
  });
});

test("progress outside of a notebook is a few lines, the last of each step among them", () => {
  const text = printed(() => {
    const report = progressDisplay();
    for (let done = 1; done <= 1000; done++) {
      report({ event: "progress", step: "patches", done, total: 1000, unit: "images" });
    }
    report({ event: "warning", step: "train", message: "a warning" });
    report({ event: "progress", step: "train", done: 1, total: 2, unit: "iterations", detail: "loss 0.69" });
  });
  expect(text).toContain("patches: 1,000 of 1,000 images\n");
  expect(text).toContain("Note: a warning\ntrain: 1 of 2 iterations (loss 0.69)\n");
  expect(text.split("\n").length).toBeLessThan(10);
});

function printed(work: () => void): string {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    work();
    return write.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    write.mockRestore();
  }
}
