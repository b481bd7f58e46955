import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { beforeEach, describe, expect, test } from "vitest";
import { importImages, makePatches, openStudy, readManifest, readMask, type ImportOptions } from "histobook";
import { withLock } from "../../kernel-lib/src/foundation/index.js";
import { run, runJson } from "../cli/command.js";
import { asSharp, newFolder, rectangle, tissue } from "../study/pictures.js";

let home: string;
let study: string;

beforeEach(() => {
  home = newFolder();
  study = join(home, "study");
});

const square: [number, number, number, number] = [16, 16, 40, 40];

async function put(file: string, picture: sharp.Sharp): Promise<void> {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  await picture.toFile(path);
}

const image = (file: string, seed = 1, size = 64) => put(file, asSharp(tissue(size, size, seed)));

/** A mask that is `inside` in a square and `outside` round it, one value a pixel. */
const greyMask = (file: string, inside = 255, outside = 0, size = 64) => {
  const data = rectangle(size, size, square).data.map((value) => (value ? inside : outside));
  return put(file, sharp(data, { raw: { width: size, height: size, channels: 1 } }).toColourspace("b-w"));
};

const colourMask = (file: string, inside: number[], outside: number[]) => {
  const data = Uint8Array.from(
    [...rectangle(64, 64, square).data].flatMap((value) => (value ? inside : outside)),
  );
  return put(file, sharp(data, { raw: { width: 64, height: 64, channels: inside.length as 3 | 4 } }));
};

/** A TIFF of one number a pixel, as Python's tools write labels: `value` in the square, 0 round it. */
async function numberMask(
  file: string,
  Values: typeof Uint32Array | typeof Float32Array,
  value = 1,
): Promise<void> {
  const numbers = new Values([...rectangle(64, 64, square).data].map((inside) => value * inside));
  const data = Buffer.from(numbers.buffer);
  const short = 3;
  const long = 4;
  const tags = [
    [256, long, 64],
    [257, long, 64],
    [258, short, 32],
    [259, short, 1],
    [262, short, 1],
    [273, long, 8],
    [277, short, 1],
    [278, long, 64],
    [279, long, data.length],
    [339, short, Values === Float32Array ? 3 : 1],
  ];
  const header = Buffer.from("II*\0\0\0\0\0", "latin1");
  header.writeUInt32LE(8 + data.length, 4);
  const directory = Buffer.alloc(2 + 12 * tags.length + 4);
  directory.writeUInt16LE(tags.length, 0);
  for (const [i, [tag, type, number]] of tags.entries()) {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(type, 4 + 12 * i);
    directory.writeUInt32LE(1, 6 + 12 * i);
    directory.writeUInt32LE(number, 10 + 12 * i);
  }
  await writeFile(join(home, file), Buffer.concat([header, data, directory]));
}

interface Drawn {
  type: string;
  coordinates: unknown;
}
const box = (left: number, top: number, right: number, bottom: number) => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
  [left, top],
];
const feature = (geometry: Drawn | { type: string; geometries: Drawn[] }, classification?: unknown) => ({
  type: "Feature",
  geometry,
  properties: { objectType: "annotation", ...(classification !== undefined && { classification }) },
});

function drawing(file: string, content: unknown): void {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}

const load = (options: ImportOptions = {}) => importImages(home, study, options);
const files = () => readdirSync(join(study, "images")).sort();
const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

async function reason(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => {
      throw new Error("it was done");
    },
    (error: Error) => error.message,
  );
}

async function expectSquare(name: string): Promise<void> {
  const mask = await readMask(join(study, "images", `${name}_mask.png`));
  expect(Buffer.from(mask.data).equals(rectangle(64, 64, square).data)).toBe(true);
}

describe("images are paired and named", () => {
  test("as the tutorial has them, without any option", async () => {
    await image("8918_00007.tif");
    await greyMask("8918_00007_mask.png");
    await image(".8918_00008.tif");
    await image("10256_1.png", 2);
    await greyMask("10256_1_mask.png");
    const result = await load();
    expect(files()).toEqual(["10256_1.png", "10256_1_mask.png", "8918_00007.tif", "8918_00007_mask.png"]);
    expect(result.images.map(({ name, patient, share, kept }) => [name, patient, share, kept])).toEqual([
      ["10256_1", "10256", 576 / 4096, false],
      ["8918_00007", "8918", 576 / 4096, false],
    ]);
    expect(hash(join(study, "images", "8918_00007.tif"))).toBe(hash(join(home, "8918_00007.tif")));
    await expectSquare("8918_00007");
    expect(openStudy(study).problems).toEqual([]);
  });

  test("from other folders, with the patient in a folder's name, and the study serves step 1", async () => {
    for (const [i, patient] of ["P1", "P2"].entries()) {
      await image(`scans/${patient}/1.tif`, i);
      await greyMask(`drawn/${patient}/1-labels.tif`);
    }
    await load({
      images: "scans/{patient}/{name}.tif",
      masks: "drawn/{patient}/{name}-labels.tif",
      scale: 1,
    });
    expect(files()).toEqual(["P1_1.tif", "P1_1_mask.png", "P2_1.tif", "P2_1_mask.png"]);
    expect((await makePatches(openStudy(study), { perImage: 5 })).images).toBe(2);
  });

  test("with patients by an expression, whose blanks and underscores become dashes", async () => {
    await image("Case 12-a.tif");
    await greyMask("Case 12-a_mask.png");
    await image("AB_7-b.tif");
    await greyMask("AB_7-b_mask.png");
    await load({ patient: "^([^-]+)-" });
    expect(files()).toEqual([
      "AB-7_AB_7-b.tif",
      "AB-7_AB_7-b_mask.png",
      "Case-12_Case 12-a.tif",
      "Case-12_Case 12-a_mask.png",
    ]);
    expect(openStudy(study).cases.map(({ patient }) => patient)).toEqual(["AB-7", "Case-12"]);
  });

  test.each([",", ";", "\t"])("with patients from a table with '%s' between columns", async (separator) => {
    for (const name of ["a", "b"]) {
      await image(`${name}.tif`);
      await greyMask(`${name}_mask.png`);
    }
    const rows = [
      ["patient", "name", "age"],
      ["P1", "a", "50"],
      ["P1", "b.tif", "51"],
    ];
    writeFileSync(
      join(home, "patients.csv"),
      `\uFEFF${rows.map((row) => row.join(separator)).join("\r\n")}\r\n`,
    );
    const { images } = await load({ patients: join(home, "patients.csv") });
    expect(images.map(({ name, patient }) => [name, patient])).toEqual([
      ["P1_a", "P1"],
      ["P1_b", "P1"],
    ]);
  });

  test("all problems are in one error, and nothing is written", async () => {
    await image("good_1.tif");
    await greyMask("good_1_mask.png");
    await image("alone_1.tif");
    await greyMask("lost_1_mask.png");
    await image("small_1.tif", 1, 48);
    await greyMask("small_1_mask.png");
    await image("many_1.tif");
    await put("many_1_mask.png", asSharp(tissue(64, 64)));
    await image("nobody.tif");
    await greyMask("nobody_mask.png");
    await image("twice_1.tif");
    await image("twice_1.png");
    await greyMask("twice_1_mask.png");
    await image("cut_1.tif");
    writeFileSync(join(home, "cut_1_mask.png"), "no picture");
    const sentence = await reason(load());
    expect(sentence).toMatch(/^.*: found 7 problems, expected every image with one annotation/);
    const lines = sentence.split("\n  ").slice(1);
    for (const [file, words] of [
      ["alone_1.tif", "found no annotation, expected 'alone_1_mask.png'"],
      ["lost_1_mask.png", "found no image of the name 'lost_1'"],
      ["small_1_mask.png", "found a mask of 64 x 64 pixels, expected 48 x 48 as"],
      ["many_1_mask.png", "different colours, expected black, and one other value"],
      ["nobody.tif", "found no patient's code"],
      ["twice_1.tif", "found the name 'twice_1', which"],
      ["cut_1_mask.png", "found a file that can't be decoded, expected"],
    ]) {
      const line = lines.find((one) => one.startsWith(join(home, file)));
      expect(line).toContain(words);
    }
    expect(existsSync(study)).toBe(false);
    // The same as a dry run, and then without those that have problems.
    const dry = await load({ dryRun: true });
    expect([dry.images.map(({ name }) => name), dry.skipped.length]).toEqual([["good_1"], 7]);
    expect(existsSync(study)).toBe(false);
    const some = await load({ skipProblems: true });
    expect(some.skipped).toEqual(dry.skipped);
    expect(files()).toEqual(["good_1.tif", "good_1_mask.png"]);
  });

  test("where no names are the same, the error shows names of both", async () => {
    await image("a_1.tif");
    await greyMask("masks/a_1-labels.png");
    expect(await reason(load({ masks: "masks/*.png" }))).toContain(
      "found 1 images ('a_1' …) and 1 annotations ('a_1-labels' …), of which no two have the same name",
    );
  });

  test.each<[ImportOptions, RegExp]>([
    [{ images: "none/*.tif" }, /none: found no such folder, .*--images/],
    [{ images: "*.svs" }, /found no file that fits the pattern, expected files such as '\*\.svs'/],
    [{ geoJson: "*.geojson", masks: "*.png" }, /--geojson: found --masks as well/],
    [{ scale: 1, magnification: 20 }, /--magnification: found --scale as well/],
    [{ patient: "(" }, /--patient: found '\('/],
    [{ patient: "x", patients: "t.csv" }, /--patient: found more than one rule/],
    [{ masks: "{patient}_{name}_mask.png" }, /--masks: found \{patient\}/],
    [{ classes: ["Tumor"] }, /--class: found 'Tumor', expected of masks: grey values/],
  ])("%j stops with one sentence", async (options, sentence) => {
    await image("a_1.tif");
    await greyMask("a_1_mask.png");
    expect(await reason(load(options))).toMatch(sentence);
    expect(existsSync(study)).toBe(false);
  });

  test("names that would be the same in the study are a problem, and so are names of step 5's pictures", async () => {
    for (const name of ["P1_a", "P1-a", "x_prob"]) {
      await image(`${name}.tif`);
      await greyMask(`m/${name}.png`);
    }
    writeFileSync(join(home, "p.csv"), "name,patient\nP1_a,P1\nx_prob,x\n");
    const { images, skipped } = await load({ masks: "m/*.png", patients: join(home, "p.csv"), dryRun: true });
    expect(images.map(({ name }) => name)).toEqual(["P1_a"]);
    expect(skipped.map(({ reason }) => reason).join("\n")).toMatch(
      /P1-a\.tif: found no patient's code[^]*x_prob\.tif: found a name that ends as those of step 5's/,
    );
  });
});

describe("masks", () => {
  test.each([
    ["0 and 255", () => greyMask("a_1_mask.png")],
    ["0 and 1", () => greyMask("a_1_mask.png", 1)],
    ["black and red", () => colourMask("a_1_mask.png", [255, 0, 0], [0, 0, 0])],
    ["red on nothing", () => colourMask("a_1_mask.png", [255, 0, 0, 255], [255, 255, 255, 0])],
    [
      "16 bits",
      () =>
        put(
          "a_1_mask.png",
          sharp(Uint16Array.from(rectangle(64, 64, square).data), {
            raw: { width: 64, height: 64, channels: 1 },
          })
            .toColourspace("grey16")
            .png(),
        ),
    ],
    [
      "a palette",
      async () => {
        await colourMask("p.png", [255, 255, 255], [0, 0, 0]);
        await put("a_1_mask.png", sharp(join(home, "p.png")).png({ palette: true }));
        rmSync(join(home, "p.png"));
      },
    ],
    ["32 bits", () => numberMask("a_1_mask.png", Uint32Array)],
    ["floating-point numbers", () => numberMask("a_1_mask.png", Float32Array)],
  ])("of %s become 0 and 255", async (_, write) => {
    await image("a_1.tif");
    await write();
    await load();
    await expectSquare("a_1");
    const written = sharp(join(study, "images", "a_1_mask.png"));
    expect(await written.metadata()).toMatchObject({ channels: 1, depth: "uchar" });
    expect([...new Set(await written.raw().toBuffer())].sort()).toEqual([0, 255]);
  });

  test("of probabilities are refused", async () => {
    await image("a_1.tif");
    await numberMask("a_1_mask.png", Float32Array, 0.5);
    expect(await reason(load())).toContain("found a mask with values between whole numbers");
  });

  test("of several values are read as chosen", async () => {
    await image("a_1.tif");
    await greyMask("a_1_mask.png", 2, 5);
    expect(await reason(load())).toContain("found a mask with the values 2, 5");
    await load({ classes: ["2"] });
    await expectSquare("a_1");
  });

  test("that mark nothing or everything are pointed at", async () => {
    await image("a_1.tif");
    await greyMask("a_1_mask.png", 0);
    const said: string[] = [];
    await load({ report: (event) => event.event === "warning" && said.push(event.message) });
    expect(said.join()).toContain("no pixel is class 1; is that right?");
  });
});

describe("GeoJSON", () => {
  const tumour = { name: "Tumor", color: [200, 0, 0] };
  const polygon = (...rings: number[][][]) => ({ type: "Polygon", coordinates: rings });

  test("of QuPath, with holes, several polygons in one, collections, and classes old and new", async () => {
    await image("a_1.tif");
    drawing("a_1.geojson", {
      type: "FeatureCollection",
      features: [
        feature(polygon(box(16, 16, 40, 40), box(20, 20, 30, 30)), tumour),
        feature(
          { type: "MultiPolygon", coordinates: [[box(20, 20, 25, 30)]] },
          { name: "Tumor", colorRGB: -3670016 },
        ),
        feature(
          { type: "GeometryCollection", geometries: [polygon(box(25, 20, 30, 30))] },
          { names: ["Tumor"] },
        ),
        feature({ type: "Point", coordinates: [3, 3] }, tumour),
        feature({ type: "Polygon", coordinates: [] }, tumour),
        feature({ type: "MultiPolygon", coordinates: [[[]]] }, tumour),
      ],
    });
    const said: string[] = [];
    await load({
      geoJson: "*.geojson",
      report: (event) => event.event === "warning" && said.push(event.message),
    });
    await expectSquare("a_1");
    expect(said).toEqual(["1 points and lines in 1 files have no area and are passed over."]);
  });

  test("as a list of features, and the classes that are chosen", async () => {
    await image("a_1.tif");
    drawing("q/a_1.tif.geojson", [
      feature(polygon(box(16, 16, 40, 28)), tumour),
      feature(polygon(box(16, 28, 40, 40)), { names: ["Tumor", "Positive"] }),
      feature(polygon(box(0, 0, 64, 16)), "Stroma"),
    ]);
    const options = { geoJson: "q/*.geojson" };
    expect(await reason(load(options))).toContain(
      "--class: found several classes in the files and none chosen (Tumor: 1, Tumor: Positive: 1, Stroma: 1)",
    );
    expect(await reason(load({ ...options, classes: ["Tumour"] }))).toContain(
      "--class: found 'Tumour', expected one of",
    );
    await load({ ...options, classes: ["Tumor", "Tumor: Positive"] });
    await expectSquare("a_1");
  });

  test("with the byte order mark of a Windows editor", async () => {
    await image("a_1.tif");
    const path = join(home, "a_1.geojson");
    writeFileSync(path, `\ufeff${JSON.stringify(feature(polygon(box(16, 16, 40, 40)), tumour))}`);
    await load({ geoJson: "*.geojson", classes: ["Tumor"] });
    await expectSquare("a_1");
  });

  test("that is none, or of another image, is a problem with its place", async () => {
    for (const name of ["a_1", "b_1", "c_1", "d_1"]) await image(`${name}.tif`);
    writeFileSync(join(home, "a_1.geojson"), "{");
    drawing("b_1.geojson", [feature(polygon(box(900, 900, 950, 950)))]);
    drawing("c_1.geojson", [feature(polygon([[1, 2], ["x"]] as never))]);
    drawing("d_1.geojson", { version: 4 });
    const sentence = await reason(load({ geoJson: "*.geojson" }));
    expect(sentence).toContain("found 4 problems");
    expect(sentence).toMatch(/a_1\.geojson: found a file that can't be read/);
    expect(sentence).toMatch(/b_1\.geojson: found an area from \(900, 900\) to \(950, 950\), wholly outside/);
    expect(sentence).toMatch(/c_1\.geojson: found .* at feature 1/);
    expect(sentence).toMatch(/d_1\.geojson: found .* at feature 1/);
  });
});

describe("the study", () => {
  const pair = async (name: string, seed = 1) => {
    await image(`${name}.tif`, seed);
    await greyMask(`${name}_mask.png`);
  };

  test("keeps what it has: the same files are not touched, an interrupted import goes on", async () => {
    for (const [i, name] of ["a_1", "b_1", "c_1"].entries()) await pair(name, i);
    const abort = new AbortController();
    const stopped = load({
      signal: abort.signal,
      report: (event) =>
        event.event === "progress" && event.step === "import" && event.done === 2 && abort.abort(),
    });
    expect(await reason(stopped)).toContain("found an interrupt");
    const before = files();
    expect(before).toEqual(["a_1.tif", "a_1_mask.png", "b_1.tif", "b_1_mask.png"]);
    const times = before.map((file) => statSync(join(study, "images", file)).mtimeMs);
    // As if it had been killed between the two files of a pair.
    rmSync(join(study, "images", "b_1.tif"));
    const { images } = await load();
    expect(images.map(({ kept }) => kept)).toEqual([true, false, false]);
    expect(files()).toHaveLength(6);
    expect(before.slice(0, 2).map((file) => statSync(join(study, "images", file)).mtimeMs)).toEqual(
      times.slice(0, 2),
    );
    expect((await load()).images.every(({ kept }) => kept)).toBe(true);
  });

  test("takes what another process has imported between its check and its turn to write", async () => {
    await pair("a_1");
    mkdirSync(study);
    let other: Promise<void> | undefined;
    const images = join(study, "images");
    await load({
      report: ({ step }) => {
        if (step === "check")
          other ??= withLock(join(study, "import.lock"), async () => {
            // The folder is made when everything was checked.
            while (!existsSync(images)) await setTimeout(5);
            for (const file of ["a_1.tif", "a_1_mask.png"]) cpSync(join(home, file), join(images, file));
          });
      },
    });
    await other;
    expect(files()).toEqual(["a_1.tif", "a_1_mask.png"]);
  });

  test("never loses a file to another of its name", async () => {
    await pair("a_1");
    await load();
    const before = hash(join(study, "images", "a_1_mask.png"));
    await greyMask("a_1_mask.png", 0);
    expect(await reason(load())).toContain("found another file a_1_mask.png in the study");
    await pair("a_1", 2);
    expect(await reason(load())).toContain("found another file a_1.tif in the study");
    expect(hash(join(study, "images", "a_1_mask.png"))).toBe(before);
  });

  test("may hold links to the images", async () => {
    await pair("a_1");
    await load({ link: true });
    const link = join(study, "images", "a_1.tif");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(realpathSync(link)).toBe(realpathSync(join(home, "a_1.tif")));
    expect((await load({ link: true })).images[0].kept).toBe(true);
    expect((await makePatches(openStudy(study), { scale: 1, perImage: 4 })).images).toBe(1);
  });

  test("may lie in the folder that is imported", async () => {
    await pair("a_1");
    await load({ images: "**/*.tif", masks: "**/{name}_mask.png" });
    expect((await load({ images: "**/*.tif", masks: "**/{name}_mask.png" })).images).toHaveLength(1);
  });

  test("gets its scale from what is said or what the files say, and its source", async () => {
    await pair("a_1");
    expect(await load({ dryRun: true })).toMatchObject({ scale: null });
    await load({ magnification: 40, source: "Ours" });
    expect(readManifest(study)).toMatchObject({ scale: 0.25, source: "Ours" });
    expect((await load()).scale).toBe(0.25);
    expect(await reason(load({ scale: 1 }))).toContain("--scale: found 1 (as you said), expected 0.25");
  });

  test("is refused where the files tell of two magnifications", async () => {
    // Pixels a millimetre: 2000 is 0.5 µm a pixel (20x), 4000 is 40x.
    const scan = (file: string, density: number) =>
      put(
        file,
        asSharp(tissue(64, 64))
          .withMetadata({ density: density * 25.4 })
          .tiff({ resolutionUnit: "cm", xres: density, yres: density }),
      );
    await scan("a_1.tif", 2000);
    await greyMask("a_1_mask.png");
    expect(await load({ dryRun: true })).toMatchObject({ scale: 0.5 });
    await scan("b_1.tif", 4000);
    await greyMask("b_1_mask.png");
    expect(await reason(load())).toContain("expected images of one magnification");
  });
});

describe("histobook import", () => {
  test("shows the pairs, then imports them, and names what it skips", async () => {
    await image("a_1.tif");
    await greyMask("a_1_mask.png");
    const dry = await run(["import", ".", "study", "--dry-run"], { folder: home });
    expect(dry.status).toBe(0);
    expect(dry.out).toMatch(
      /^a_1: .*a_1\.tif \+ .*a_1_mask\.png, patient a, 64 x 64 pixels, 14\.1 % class 1\n1 images of 1 patients would be/,
    );
    expect(dry.out).toContain("step 1 will take 0.5, which is right for 20x");
    expect(existsSync(study)).toBe(false);
    await image("b_1.tif");
    const refused = await runJson(["import", ".", "study"], { folder: home });
    expect([refused.status, refused.last.code]).toEqual([1, "BadInput"]);
    const { status, last, events } = await runJson(
      ["import", ".", "study", "--skip-problems", "--magnification", "20"],
      {
        folder: home,
      },
    );
    expect(status).toBe(3);
    expect(last).toMatchObject({ event: "result", step: "import", scale: 0.5, images: [{ name: "a_1" }] });
    expect(events.filter(({ event }) => event === "progress").length).toBeGreaterThan(1);
    expect(files()).toEqual(["a_1.tif", "a_1_mask.png"]);
  });

  test("says it when the shell has taken the patterns apart", async () => {
    const { status, errors } = await run(["import", ".", "study", "--images", "a_1.tif", "b_1.tif"], {
      folder: home,
    });
    expect([status, errors]).toEqual([2, expect.stringContaining("put each pattern between single quotes")]);
  });
});
