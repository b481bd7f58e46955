/**
 * Step 1 beside OpenCV and NumPy, two workers each: `direct` makes regions, positions and crops in memory, `png`
 * writes every patch to a file too. Workers are started, and have loaded everything, before the clock runs. Then each
 * step of the quick preset by itself.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createSample, openStudy, patchParameters } from "histobook";
import { peerPython } from "./peers.mjs";
import { largerSet, largerStudy, stepRows, stepTable } from "./pipeline-steps.mjs";
import { alternate, rounded } from "./timing.mjs";

export const title = "The pipeline";

const require = createRequire(import.meta.url);
const { Piscina } = require("piscina");
const sharp = require("sharp");
const workers = 2;
const rounds = 5;

export async function rows(log) {
  // The tutorial's advice for many small files, and here it keeps the disk out of the comparison.
  const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "histobook-bench-"));
  try {
    const peer = await startPeer(log);
    const ours = await startOurs();
    const results = [];
    for (const input of [
      await smallImages(scratch),
      ...(await moreImages(scratch, log)),
      await tutorialImages(scratch),
    ]) {
      for (const files of [false, true])
        results.push(await compare(input, files, { ours, peer, scratch, log }));
    }
    await ours.destroy();
    const theirPeak = await peer.end();
    const compared = results.map((row) => ({ ...row, theirPeakBytes: theirPeak }));
    return [...compared, ...(await stepRows(scratch, log))];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The sample: 20 images of 224 x 224 at scale 1, up to 5000 positives each. */
async function smallImages(scratch) {
  const { cases } = openStudy(await createSample(join(scratch, "sample")));
  return { images: "sample: 20 of 224 x 224, scale 1", cases, scale: 1, perImage: 5000, perImagePng: 500 };
}

/** The larger subset of the same images, where it lies beside the repository. */
async function moreImages(scratch, log) {
  if (!existsSync(largerSet)) {
    log("pipeline: ../shared/data/ebhi-seg is missing, its rows are left out");
    return [];
  }
  const { cases } = openStudy(await largerStudy(scratch, "ebhi-seg"));
  const images = `EBHI-Seg subset: ${cases.length} of 224 x 224, scale 1`;
  return [{ images, cases, scale: 1, perImage: 5000, perImagePng: 100 }];
}

/** Images of the tutorial's own size and scale, made by enlarging the sample's. */
async function tutorialImages(scratch) {
  const directory = join(scratch, "large");
  mkdirSync(join(directory, "images"), { recursive: true });
  for (const { name, imagePath, maskPath } of openStudy(join(scratch, "sample")).cases.slice(0, 10)) {
    const large = (path, kernel) => sharp(path).resize(1000, 1000, { kernel });
    const target = (ending) => join(directory, "images", `${name}${ending}`);
    await large(imagePath, "cubic").tiff({ compression: "lzw" }).toFile(target(".tif"));
    await large(maskPath, "nearest").png().toFile(target("_mask.png"));
  }
  const { cases } = openStudy(directory);
  return {
    images: "enlarged: 10 of 1000 x 1000, scale 0.5",
    cases,
    scale: 0.5,
    perImage: 5000,
    perImagePng: 1000,
  };
}

async function compare(input, files, { ours, peer, scratch, log }) {
  const perImage = files ? input.perImagePng : input.perImage;
  const parameters = patchParameters({ perImage }, input.scale);
  const patches = { ours: 0, theirs: 0 };
  const best = await alternate(
    rounds,
    async () => {
      const directory = files ? emptyStudy(scratch) : scratch;
      const tasks = input.cases.map((one) => ({
        files,
        task: { directory, case: one, parameters, files: true, complete: false },
      }));
      const begin = performance.now();
      const counts = await Promise.all(tasks.map((task) => ours.run(task)));
      const seconds = (performance.now() - begin) / 1000;
      patches.ours = counts.reduce((sum, count) => sum + count, 0);
      return seconds / patches.ours;
    },
    async () => {
      const out = files ? join(emptyStudy(scratch), "subs") : null;
      const answer = await peer.extract(
        input.cases.map(({ name, imagePath, maskPath }) => {
          return { name, image: imagePath, mask: maskPath, scale: input.scale, perImage, out };
        }),
      );
      patches.theirs = answer.patches;
      return answer.seconds / answer.patches;
    },
  );
  const row = {
    name: files ? "png" : "direct",
    peer: "opencv",
    unit: "patches/s",
    ours: rounded(1 / best.ours),
    theirs: rounded(1 / best.theirs),
    ratio: rounded(best.theirs / best.ours),
    images: input.images,
    patches: patches.ours,
    theirPatches: patches.theirs,
    workers,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    peerVersion: peer.version,
  };
  log(`pipeline ${row.name}, ${row.images}: ${row.ours} beside ${row.theirs} patches/s, ratio ${row.ratio}`);
  return row;
}

function emptyStudy(scratch) {
  const directory = join(scratch, "made");
  rmSync(directory, { recursive: true, force: true });
  for (const folder of ["subs", "positions"]) mkdirSync(join(directory, folder), { recursive: true });
  return directory;
}

async function startOurs() {
  return new Piscina({
    filename: join(import.meta.dirname, "pipeline-worker.mjs"),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
  });
}

async function startPeer(log) {
  const python = peerPython({ cv2: "opencv-python-headless", numpy: "numpy", PIL: "pillow" }, log);
  const script = join(import.meta.dirname, "pipeline_opencv.py");
  const child = spawn(python, [script, String(workers)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("bench: the OpenCV peer ended before it answered");
    return JSON.parse(value);
  };
  const { ready } = await answer();
  return {
    version: ready,
    extract(tasks) {
      child.stdin.write(`${JSON.stringify(tasks)}\n`);
      return answer();
    },
    async end() {
      child.stdin.end();
      return (await answer()).peakBytes;
    },
  };
}

export function table(rows) {
  const isCompared = ({ peer }) => peer !== null;
  return [comparisonTable(rows.filter(isCompared)), stepTable(rows.filter((row) => !isCompared(row)))].join(
    "\n\n",
  );
}

function comparisonTable(rows) {
  const mebibytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
  const lines = rows.map(
    ({ name, images, patches, ours, theirs, ratio }) =>
      `| ${name} | ${images} | ${patches} | ${ours} | ${theirs} | ${ratio} |`,
  );
  const [{ peerVersion, peakBytes, theirPeakBytes }] = [rows.at(-1)];
  return [
    "| row | images | patches | histobook, patches/s | OpenCV, patches/s | ratio |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
    `Two worker threads beside two processes (${peerVersion}); files go to a memory disk. Peak memory: ours` +
      ` ${mebibytes(peakBytes)} for the whole process with its workers, the peer's ${mebibytes(theirPeakBytes)} for` +
      " its largest process.",
  ].join("\n");
}
