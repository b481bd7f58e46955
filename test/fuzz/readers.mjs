/**
 * Every reader of a file that somebody else may have written: its name, real files to damage, and how it is read. They come from
 * the built library, as a user's program has them.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import sharp from "sharp";
import { pack } from "tar-stream";
import { gzipSync } from "node:zlib";
import { commandLines, runCommandLine } from "./commandOptions.mjs";
import { damaged } from "./damaged.mjs";
import { viewCaffeFile, viewPicture, viewPrototxt } from "./extensionFiles.mjs";

const root = join(import.meta.dirname, "..", "..");
const require = createRequire(import.meta.url);
const library = (path) => require(join(root, "kernel-lib", "dist", path));
const fixture = (...path) => readFileSync(join(root, "test", "fixtures", "caffe", ...path));

const caffe = library("caffe/index.js");
const study = library("study/index.js");

/** A few bytes of each field instead of thousands, so that a change hits what matters. */
function smallModel() {
  const { net, weights } = caffe.decodeModel(fixture("d", "init.caffemodel"), "file");
  const few = new Map(
    [...weights].map(([name]) => [name, [{ shape: [2], data: new Float32Array([0.5, 1]) }]]),
  );
  return Buffer.from(caffe.encodeModel(net, few));
}

function smallState() {
  const state = caffe.decodeSolverState(fixture("d", "run_iter_10.solverstate"), "file");
  return Buffer.from(
    caffe.encodeSolverState({ ...state, history: state.history.filter(({ data }) => data.length < 100) }),
  );
}

const smallMean = () =>
  Buffer.from(caffe.encodeMean({ channels: 3, height: 4, width: 4, data: new Float32Array(48).fill(120) }));

const noise = (width, height, channels) =>
  sharp(
    Buffer.from(Array.from({ length: width * height * channels }, (_, i) => (i * i * 7 + (i >> 3)) & 255)),
    {
      raw: { width, height, channels },
    },
  );

const pictures = () =>
  Promise.all([
    noise(24, 20, 3).tiff({ compression: "lzw" }).toBuffer(),
    noise(24, 20, 3).tiff({ compression: "none" }).toBuffer(),
    noise(40, 40, 3).tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    noise(24, 20, 3).png().toBuffer(),
    noise(24, 20, 3).png({ palette: true }).toBuffer(),
    noise(24, 20, 3).jpeg().toBuffer(),
    noise(24, 20, 1).toColourspace("b-w").png().toBuffer(),
  ]);

/** Masks of the kinds that an import takes. */
function blackAndWhite() {
  const values = (high) => Buffer.from(Array.from({ length: 480 }, (_, i) => (i % 24 < 12 ? high : 0)));
  const mask = (high) =>
    sharp(values(high), { raw: { width: 24, height: 20, channels: 1 } }).toColourspace("b-w");
  return Promise.all([
    mask(255).png().toBuffer(),
    mask(1).png().toBuffer(),
    mask(255).tiff({ compression: "lzw" }).toBuffer(),
    mask(255).toColourspace("srgb").png().toBuffer(),
  ]);
}

async function archive() {
  const packing = pack();
  packing.entry({ name: "8918_00007.tif" }, await noise(24, 20, 3).tiff().toBuffer());
  packing.entry({ name: "masks/", type: "directory" });
  packing.entry({ name: "masks/8918_00007_mask.png" }, await noise(24, 20, 1).png().toBuffer());
  packing.finalize();
  const parts = [];
  for await (const part of packing) parts.push(part);
  return Buffer.concat(parts);
}

const listText = Buffer.from(
  [
    "8918_1_0_e_1_0.png\t0",
    "8918_1_1_p_1_90.png 1",
    "9036_2_0_b_12_0.png\t0",
    "",
    "10256_1_1_p_7_0.png\t1",
  ].join("\n"),
);

/**
 * What is fuzzed: `file` is the name that it reads, `files` give real ones to damage (of JSON, half keep their syntax), or `cases` an
 * arbitrary of a file's bytes.
 *
 * @typedef {{ name: string, file: string, read: (path: string, folder: string) => unknown }} Named
 * @typedef {{ json?: "whole" | "lines", files: () => Promise<Buffer[]> | Buffer[] }} RealFiles
 * @typedef {Named & (RealFiles | { cases: () => import("fast-check").Arbitrary<Buffer> })} Reader
 */

/** What a reader is to be tried with. */
export async function casesOf(reader) {
  return reader.cases ? reader.cases() : damaged(await reader.files(), reader.json);
}

/** @type {Reader[]} */
export const readers = [
  {
    name: "caffemodel",
    file: "file.caffemodel",
    files: () => [smallModel(), fixture("d", "init.caffemodel").subarray(0, 6000)],
    read: (path) => caffe.readModel(path),
  },
  {
    name: "solverstate",
    file: "file.solverstate",
    files: () => [smallState()],
    read: (path) => caffe.readSolverState(path),
  },
  {
    name: "binaryproto",
    file: "file.binaryproto",
    files: () => [smallMean()],
    read: (path) => caffe.readMeanImage(path),
  },
  {
    name: "datum",
    file: "file.datum",
    files: async () => [
      Buffer.from(
        caffe.encodeDatum({
          channels: 3,
          height: 4,
          width: 4,
          data: new Uint8Array(48).fill(9),
          label: 1,
          encoded: false,
        }),
      ),
      Buffer.from(
        caffe.encodeDatum({
          channels: 3,
          height: 8,
          width: 8,
          data: await noise(8, 8, 3).png().toBuffer(),
          label: 1,
          encoded: true,
        }),
      ),
    ],
    read: (path) => library("databases/decodeRecord.js").decodeRecord(readFileSync(path), path),
  },
  {
    name: "network prototxt",
    file: "file.prototxt",
    files: () => [
      fixture("d", "1-net.prototxt"),
      fixture("layers", "network.prototxt"),
      fixture("layers", "reshape.prototxt"),
    ],
    read: (path) => library("inspect/index.js").inspectFile(path),
  },
  {
    name: "solver prototxt",
    file: "file.prototxt",
    files: () => [fixture("d", "1-solver.prototxt"), fixture("runs", "adagrad.prototxt")],
    read: (path) => caffe.readSolverPrototxt(path),
  },
  { name: "image", file: "8918_1.tif", files: pictures, read: (path) => study.readImage(path, 0.5) },
  { name: "mask", file: "8918_1_mask.png", files: pictures, read: (path) => study.readMask(path, 0.5) },
  {
    name: "part of an image",
    file: "8918_1.tif",
    files: pictures,
    read: (path) => study.readImagePart(path, { left: 4, top: 3, width: 10, height: 9 }),
  },
  {
    name: "size and magnification",
    file: "8918_1.tif",
    files: pictures,
    read: async (path) => [await study.imageSize(path), await study.readPixelSize(path)],
  },
  {
    name: "patch",
    file: "8918_1_0_e_1_0.png",
    files: async () => [
      await noise(32, 32, 3).png().toBuffer(),
      await noise(32, 32, 3).png({ compressionLevel: 0 }).toBuffer(),
      await noise(8, 8, 3).jpeg().toBuffer(),
    ],
    read: (path, folder) => {
      writeFileSync(join(folder, "list.txt"), "8918_1_0_e_1_0.png 0\n");
      return withStore(
        library("databases/index.js").openImageList(join(folder, "list.txt"), { rootFolder: `${folder}/` }),
      );
    },
  },
  {
    name: "probability map",
    file: "8918_1_prob.png",
    files: async () => [await noise(24, 20, 3).png().toBuffer()],
    read: (path) => library("output/pictures.js").readProbabilityPicture(path),
  },
  {
    name: "list of patches",
    file: "train_w32_1.txt",
    files: () => [
      listText,
      fixture("c", "list_space.txt").subarray(0, 500),
      fixture("c", "list_tab.txt").subarray(0, 500),
    ],
    read: (path) => library("folds/index.js").readPatchList(path),
  },
  {
    name: "list of patients",
    file: "train_w32_parent_1.txt",
    files: () => [Buffer.from("8918\n9036\r\n10256\n")],
    read: (path) => library("folds/index.js").readParentList(path),
  },
  {
    name: "manifest",
    json: "whole",
    file: "histobook.json",
    files: () => [Buffer.from(JSON.stringify(wholeManifest))],
    read: (_, folder) => {
      const manifest = study.readManifest(folder);
      return [manifest, library("inspect/index.js").inspectFile(folder)];
    },
  },
  {
    name: "record of an image's patches",
    json: "whole",
    file: "positions/8918_1.json",
    files: () => [
      Buffer.from(
        JSON.stringify({
          key: "a",
          patient: "8918",
          imageNumber: 1,
          width: 64,
          height: 64,
          rotations: [0, 90],
          empty: null,
          positions: { p: [800, 801], e: [5], b: [] },
        }),
      ),
    ],
    read: (_, folder) => {
      const { patchPlaces, readImageRecord } = library("patches/index.js");
      return [...patchPlaces(readImageRecord(folder, "8918_1"))];
    },
  },
  {
    name: "training log",
    json: "lines",
    file: "log.jsonl",
    files: () => [
      Buffer.from(
        [
          { kind: "run", key: "a", engine: "tensorflow", iterations: 100, batch: 8 },
          { kind: "loss", iteration: 0, loss: 0.7, learningRate: 0.001 },
          { kind: "test", iteration: 10, outputs: { accuracy: 0.5, loss: 0.7 } },
          { kind: "validation", iteration: 10, outputs: { accuracy: 0.5, loss: 0.7 } },
          { kind: "snapshot", iteration: 10, state: "models/a_iter_10.solverstate" },
        ]
          .map((entry) => JSON.stringify(entry))
          .join("\n"),
      ),
    ],
    read: async (path) => {
      const { isHistobookError } = library("foundation/index.js");
      const entries = library("training/trainingLog.js").readTrainingLog(path);
      const followed = new (library("training/followLog.js").LogFollower)(path).look();
      // Drawn as a notebook draws it; a log without a loss has nothing to draw, and says so.
      await library("display/training.js")
        .showTraining(entries)
        .catch((error) => {
          if (!isHistobookError(error, "MissingStep")) throw error;
        });
      return [entries, followed];
    },
  },
  {
    name: "job on a cluster",
    json: "whole",
    file: "cluster/job-1/job.json",
    files: () => [
      Buffer.from(
        JSON.stringify({
          format: "histobook-job",
          version: 1,
          number: 1,
          folder: "cluster/job-1",
          step: "train",
          scheduler: "slurm",
          job: "12",
          submitted: "2026-01-01T00:00:00Z",
          tasks: [{ label: "fold 1", key: "a" }],
        }),
      ),
    ],
    read: (_, folder) => library("cluster/index.js").readSubmissions(folder),
  },
  {
    name: "GeoJSON",
    json: "whole",
    file: "8918_1.geojson",
    files: () => [
      Buffer.from(JSON.stringify(annotations)),
      Buffer.from(JSON.stringify(annotations.features)),
    ],
    read: asDrawnMask(40, 30, { kind: "geoJson", classes: undefined }),
  },
  {
    name: "mask to import",
    file: "8918_1_mask.png",
    files: blackAndWhite,
    read: asDrawnMask(24, 20, { kind: "masks", positive: undefined }),
  },
  {
    name: "template of a job",
    file: "cluster/slurm.sh",
    files: () => [readFileSync(join(root, "kernel-lib", "cluster", "slurm.sh"))],
    read: (path) =>
      library("cluster/template.js").fillScript(
        readFileSync(path, "utf8"),
        "slurm",
        {
          study: "/data",
          step: "train",
          folder: "cluster/job-1",
          command: ["node"],
          tasks: [{ label: "fold 1", args: ["--fold", "1"], key: "a" }],
        },
        {},
      ),
  },
  {
    name: "database",
    file: "damage.bin",
    // The first bytes say which of the database's files is damaged.
    files: () => databaseFiles().map(({ index, bytes }) => Buffer.concat([Buffer.from([index]), bytes])),
    read: (path, folder) => {
      const bytes = readFileSync(path);
      const copy = join(folder, "DB_train_1");
      rmSync(copy, { recursive: true, force: true });
      cpSync(databaseFolder, copy, { recursive: true });
      const files = databaseFiles();
      writeFileSync(join(copy, files[(bytes[0] ?? 0) % files.length].name), bytes.subarray(1));
      return withStore(library("databases/index.js").openPatchStore(copy));
    },
  },
  {
    name: "archive",
    file: "archive.bin",
    // The tar inside is damaged, and packed again; every fourth time the packed bytes are.
    files: async () => {
      const tar = await archive();
      return [...Array(3).fill(tar), gzipSync(tar)];
    },
    read: async (path, folder) => {
      const bytes = readFileSync(path);
      const packed = bytes[0] === 0x1f && bytes[1] === 0x8b ? bytes : gzipSync(bytes);
      writeFileSync(path, packed);
      const target = join(folder, "unpacked");
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      const before = existsSync(join(folder, "..", "evil.png"));
      await library("fetch/archive.js").unpackArchive(path, target, {});
      if (before !== existsSync(join(folder, "..", "evil.png"))) throw new Error("a file outside");
      return readdirSync(target);
    },
  },
  {
    name: "payload of a view",
    json: "whole",
    file: "payload.json",
    files: () =>
      Object.entries(payloads).map(([view, payload]) => Buffer.from(JSON.stringify([view, payload]))),
    read: (path) => {
      let data;
      try {
        data = JSON.parse(readFileSync(path, "utf8"));
      } catch {
        // Jupyter reads notebooks, not histobook.
        return undefined;
      }
      const { checkPayload, viewNames } = library("payloads/index.js");
      const view = viewNames.includes(data?.[0]) ? data[0] : viewNames[0];
      const check = checkPayload(view, data?.[1]);
      if (
        !check.ok &&
        check.problems.some(({ where, found, expected }) => `${where}${found}${expected}`.length > 3000)
      )
        throw new Error("a problem as long as the payload");
      return check;
    },
  },
  {
    name: "message to the kernel",
    file: "message.bin",
    files: () => [
      Buffer.from(
        [
          '{"msg_id":"1","msg_type":"execute_request","session":"s"}',
          "{}",
          "{}",
          '{"code":"1+1","silent":false}',
        ].join("\u0001"),
      ),
    ],
    read: (path) => {
      const frames = readFileSync(path)
        .toString("latin1")
        .split("\u0001")
        .map((part) => Buffer.from(part, "latin1"));
      const { decodeMessage } = library("kernel/wire/message.js");
      return decodeMessage([Buffer.from("id"), Buffer.from("<IDS|MSG>"), Buffer.from(""), ...frames], {
        key: "",
        hash: "sha256",
        session: "s",
      });
    },
  },
  {
    name: "model in JupyterLab",
    file: "file.caffemodel",
    files: () => [smallModel(), fixture("d", "init.caffemodel").subarray(0, 6000)],
    read: (path) => viewCaffeFile("drawModel", path),
  },
  {
    name: "mean image in JupyterLab",
    file: "file.binaryproto",
    files: () => [smallMean()],
    read: (path) => viewCaffeFile("drawMeanImage", path),
  },
  {
    name: "prototxt in JupyterLab",
    file: "file.prototxt",
    files: () => [fixture("d", "1-net.prototxt"), fixture("d", "1-solver.prototxt")],
    read: viewPrototxt,
  },
  {
    name: "picture in JupyterLab",
    file: "picture.bin",
    files: async () => [
      await noise(24, 20, 3).png().toBuffer(),
      await noise(24, 20, 3).jpeg().toBuffer(),
      Buffer.from((await noise(24, 20, 3).png().toBuffer()).toString("base64")),
    ],
    read: viewPicture,
  },
  {
    name: "options of the command",
    file: "arguments.json",
    cases: commandLines,
    read: async (path, folder) => {
      const files = { image: join(folder, "8918_1.png"), mask: join(folder, "8918_1_mask.png") };
      if (!existsSync(files.mask)) {
        await noise(40, 40, 3).png().toFile(files.image);
        await sharp(Buffer.alloc(1600).fill(255, 0, 800), { raw: { width: 40, height: 40, channels: 1 } })
          .png()
          .toFile(files.mask);
      }
      const model = join(root, "test", "fixtures", "caffe", "d", "init.caffemodel");
      return runCommandLine(path, folder, { ...files, model });
    },
  },
];

/** Reads a file as the mask that was drawn on an image of this size. */
function asDrawnMask(width, height, how) {
  return async (path, folder) => {
    const image = join(folder, "8918_1.png");
    if (!existsSync(image)) await noise(width, height, 3).png().toFile(image);
    return library("import/drawnMask.js").drawnMask(image, path, how);
  };
}

/** Reads one batch, as a training would. */
async function withStore(opening) {
  const store = await opening;
  try {
    for await (const batch of store.batches(2))
      return [batch.count, createHash("sha1").update(batch.data).digest("hex")];
    return undefined;
  } finally {
    await store.close();
  }
}

const databaseFolder = join(root, "test", "fixtures", "caffe", "c", "db_space");

function databaseFiles() {
  return readdirSync(databaseFolder)
    .sort()
    .filter((name) => !["LOCK", "LOG", "LOG.old"].includes(name))
    .map((name, index) => ({
      name,
      index,
      bytes: readFileSync(join(databaseFolder, name)).subarray(0, 20_000),
    }));
}

const wholeManifest = {
  format: "histobook-study",
  version: 1,
  scale: 1,
  source: "here",
  patches: {
    key: "a",
    parameters: {
      scale: 1,
      size: 32,
      perImage: 5,
      edgeRatio: 1,
      backgroundRatio: 0.3,
      rotations: [0, 90],
      white: 0.8,
      centre: "inference",
      maskRule: "majority",
      whiteEdges: "remove",
      seed: 1,
    },
    files: true,
    images: {
      "8918_1": {
        key: "b",
        patient: "8918",
        imageNumber: 1,
        width: 64,
        height: 64,
        positions: { p: 1, e: 2, b: 3 },
      },
    },
  },
  folds: {
    key: "c",
    from: "a",
    parameters: { folds: 2, seed: 1, validation: 0.2, stratify: false, separator: "tab" },
    size: 32,
  },
  databases: {
    1: {
      key: "d",
      from: "c",
      scale: 1,
      size: 32,
      shuffle: true,
      seed: 1,
      train: { count: 3, byClass: [1, 2] },
      test: { count: 3, byClass: [1, 2] },
    },
  },
  models: {
    1: {
      key: "e",
      from: "d",
      file: "models/a.caffemodel",
      scale: 1,
      size: 32,
      iterations: 10,
      engine: "tensorflow",
      seed: 1,
      overrides: {},
    },
  },
  maps: {
    "out/1/8918_1": {
      key: "f",
      from: "e",
      fold: 1,
      model: "models/a.caffemodel",
      stride: 1,
      mode: "window",
      agreement: null,
    },
  },
  thresholds: {
    1: { key: "g", from: "f", value: 0.5, fScore: 0.5, fScoreAtHalf: 0.5, patients: ["8918"], pixels: 12 },
  },
};

const annotations = {
  type: "FeatureCollection",
  features: [
    {
      type: "Feature",
      geometry: {
        type: "Polygon",
        coordinates: [
          [
            [1, 1],
            [20, 1],
            [20, 20.5],
            [1, 1],
          ],
          [
            [5, 5],
            [8, 5],
            [8, 8],
            [5, 5],
          ],
        ],
      },
      properties: { objectType: "annotation", classification: { name: "Tumor", color: [200, 0, 0] } },
    },
    {
      type: "Feature",
      geometry: {
        type: "MultiPolygon",
        coordinates: [
          [
            [
              [2, 2],
              [9, 2],
              [9, 9],
              [2, 2],
            ],
          ],
        ],
      },
      properties: {},
    },
    { type: "Feature", geometry: { type: "Point", coordinates: [3, 3] }, properties: null },
  ],
};

const png = "data:image/png;base64,iVBORw0KGgo=";
const payloads = {
  "probability-map": {
    version: 1,

    name: "a",
    width: 4,
    height: 4,
    image: png,
    probability: png,
    mask: null,
    fold: 1,
    role: "test",
    threshold: 0.5,
  },
  "fold-summary": {
    version: 1,

    patients: [{ name: "a", images: 1, patches: { p: 1, e: 1, b: 1 } }],
    folds: [{ fold: 1, sides: "4" }],
  },
  "training-curve": {
    version: 1,

    state: "running",
    engine: null,
    planned: 1,
    secondsLeft: null,
    notes: [],
    runs: [
      {
        name: "fold 1",
        done: 1,
        iterations: 2,
        loss: { iterations: [1], values: [0.5] },
        learningRate: { iterations: [], values: [] },
        speed: { iterations: [], values: [] },
        tests: [],
        snapshot: null,
      },
    ],
  },
  network: {
    version: 1,

    name: "a",
    file: null,
    parameters: 3,
    size: 32,
    layers: [
      {
        name: "a",
        type: "b",
        words: "c",
        inputs: ["d"],
        shapes: [[1, 2]],
        blobs: [[1]],
        parameters: 3,
        sees: null,
      },
    ],
    filters: null,
  },
  evaluation: {
    version: 1,

    pooled: { atThreshold: 0.5, atHalf: null, allEpithelium: 0.1 },
    band: { low: null, high: 0.5 },
    averaged: { atThreshold: 0.5, atHalf: null, allEpithelium: 0.1 },
    patients: [],
    curve: [],
    repeats: 1,
    calibration: [],
    worst: [],
    notes: [],
  },
};
