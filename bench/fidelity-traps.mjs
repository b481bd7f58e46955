/** What the original's traps cost: each done both ways on real images, by histobook's own options. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createSample, findRegions, loadEngine, openStudy, predictMap, readImage, readMask } from "histobook";

const require = createRequire(import.meta.url);
const built = join(import.meta.dirname, "..", "kernel-lib", "dist");
const shared = join(import.meta.dirname, "..", "..", "shared", "caffe");
const percent = (share) => `${(100 * share).toFixed(1)} %`;

export async function trapRows(scratch, log) {
  const { cases } = openStudy(await createSample(join(scratch, "traps")));
  const rows = [await maskFringe(cases), await whiteEdges(cases)];
  if (existsSync(shared)) rows.push(...(await mapTraps()));
  else log("fidelity: ../shared/caffe is missing, so the traps of step 5 are not measured");
  return rows;
}

async function maskFringe(cases) {
  let [majority, fringe] = [0, 0];
  for (const { maskPath } of cases) {
    const area = async (rule) => (await readMask(maskPath, 0.5, { rule })).data.reduce((a, b) => a + b, 0);
    majority += await area("majority");
    fringe += await area("fringe");
  }
  return {
    trap: "the mask's grey fringe counts as epithelium",
    measured: "area of epithelium, the sample halved",
    cost: `+${percent(fringe / majority - 1)}`,
  };
}

async function whiteEdges(cases) {
  let [dropped, kept] = [0, 0];
  for (const { imagePath, maskPath } of cases) {
    const [image, mask] = [await readImage(imagePath), await readMask(maskPath)];
    const count = (choice) => findRegions(image, mask, 0.8, choice).e.reduce((a, b) => a + b, 0);
    dropped += count("drop");
    kept += count("keep");
  }
  return {
    trap: "edge positions may be white",
    measured: "white share of the edge ring, the sample",
    cost: percent(1 - dropped / kept),
  };
}

/** On a crop of 96 x 100 pixels, with the author's model 1. */
async function mapTraps() {
  const { loadModel } = require(join(built, "output", "model.js"));
  const { namedModelFiles } = require(join(built, "models", "index.js"));
  const files = namedModelFiles(join(shared, "models", "1_caffenet_train_w32_iter_600000.caffemodel"));
  const { classifier } = loadModel(await loadEngine(), files);
  const image = await readImage(join(shared, "golden", "b", "crop_rgb.png"));
  const { epithelium: plain, width, height } = await predictMap(image, classifier);
  const { epithelium: averaged } = await predictMap(image, classifier, { oversample: true });
  const { epithelium: left } = await predictMap(image, classifier, { firstLine: "leave" });
  classifier.dispose();
  const isEpithelium = (probability) => probability > 0.5;
  const changed = (other) => plain.filter((one, i) => isEpithelium(one) !== isEpithelium(other[i])).length;
  const shifted = plain.map((one, i) => (i % width > 0 && i >= width ? plain[i - width - 1] : one));
  const largest = plain.reduce((most, one, i) => Math.max(most, Math.abs(one - averaged[i])), 0);
  const where = `a crop of ${height} x ${width} pixels, the author's model 1`;
  return [
    {
      trap: "ten passes a window (the average with its mirror image)",
      measured: where,
      cost: `probabilities up to ${largest.toFixed(3)} apart, ${percent(changed(averaged) / plain.length)} of the classes change`,
    },
    {
      trap: "row 0 and column 0 are never predicted",
      measured: where,
      cost: `${left.filter(Number.isNaN).length} of ${plain.length} pixels are empty`,
    },
    {
      trap: "the labelled pixel of a patch is one off the pixel that step 5 looks for",
      measured: `${where}, its map moved by one pixel each way`,
      cost: `${percent(changed(shifted) / plain.length)} of the classes change`,
    },
  ];
}

export function trapTable(rows) {
  return [
    "What the original's traps cost, each done both ways by the options above:",
    "",
    "| trap | measured on | cost |",
    "| --- | --- | --- |",
    ...rows.map(({ trap, measured, cost }) => `| ${trap} | ${measured} | ${cost} |`),
  ].join("\n");
}
