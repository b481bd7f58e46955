import { join } from "node:path";
import { planesPicture, readMeanImage, type MeanImage } from "../caffe/index.js";
import { databaseSummary, openPatchStore, type Batch, type DatabaseSummary } from "../databases/index.js";
import {
  databaseName,
  meanName,
  parsePatchName,
  readManifest,
  type Raster,
  type Study,
} from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { channelWords, meanFigures } from "./meanImage.js";
import { count, figure, note, row, table, title } from "./parts.js";
import { sheet } from "./picture.js";
import { imageTag, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/** Patches that are shown of a database. */
const shownPatches = 10;

/**
 * Shows a fold's databases: how many patches of each class, the mean image, and the first patches as training reads
 * them, before and after the mean is subtracted.
 *
 * @throws HistobookError `MissingStep` before step 3, `Locked` while another process has a database open,
 * `BadInput` for a damaged one.
 * @example
 * const { data } = await showDatabase(study, 1);
 * String(data["text/plain"]).split("\n")[0]; // => "Databases of fold 1"
 */
export async function showDatabase(study: Study, fold: number): Promise<Bundle> {
  const { directory } = study;
  const trainName = databaseName("train", fold);
  const testName = databaseName("test", fold);
  const train = await databaseSummary(join(directory, trainName));
  const test = await databaseSummary(join(directory, testName));
  const size = readManifest(directory).databases[fold]?.size ?? train.shape?.width ?? 32;
  const mean = readMeanImage(join(directory, meanName(size, fold)));
  const batch = await firstBatch(join(directory, trainName));
  const heading = `Databases of fold ${fold}`;
  const meanWords = channelWords(mean);
  const before = Array.from({ length: batch.count }, (_, n) => patchPicture(batch, n, mean, false));
  const after = Array.from({ length: batch.count }, (_, n) => patchPicture(batch, n, mean, true));
  const patches = figure(
    await picture(sheet([...before, ...after], batch.count, 3), 1.7, "patches before and after subtraction"),
    html`the first ${batch.count} patches of ${trainName}, classes ${[...batch.labels].join(" ")}<br />above:
      as stored; below: minus the mean (grey is zero)`,
  );
  const broken = [...train.broken, ...test.broken].map(({ key, reason }) => note(`${key}: ${reason}`));
  return bundle({
    html: html`${title(heading)}${countTable([
      [trainName, train],
      [testName, test],
    ])}${row(await meanFigures(mean))}${row([patches])}${broken}${sourceNote(study)}`,
    text:
      [
        heading,
        `  ${trainName}: ${countWords(train)}`,
        `  ${testName}: ${countWords(test)}`,
        `  ${meanName(size, fold)}: ${meanWords}`,
        `  first patches: ${batch.keys.map((key) => patchOf(key)).join(", ")}`,
      ].join("\n") + sourceText(study),
  });
}

async function firstBatch(path: string): Promise<Batch> {
  const store = await openPatchStore(path);
  try {
    for await (const batch of store.batches(shownPatches)) return batch;
    throw new RangeError(`${path} ended before its first batch`);
  } finally {
    await store.close();
  }
}

/** A key such as `00000012_8918_1_0_e_1_0.png` without its number. */
function patchOf(key: string): string {
  const file = key.replace(/^\d+_/, "");
  return parsePatchName(file) ? file : key;
}

function countTable(databases: [string, DatabaseSummary][]): Html {
  const rows = databases.map(([name, { count: total, byClass, byType }]) => [
    name,
    count(total),
    ...[byClass[1] ?? 0, byClass[0], byType.e, byType.b].map(count),
  ]);
  return table(
    ["database", "patches", "class 1: epithelium", "class 0: other", "of it edge", "background"],
    rows,
  );
}

function countWords({ count: total, byClass }: DatabaseSummary): string {
  return `${count(total)} patches, ${byClass.map((of, index) => `${count(of)} of class ${index}`).join(", ")}`;
}

function patchPicture({ data }: Batch, n: number, mean: MeanImage, subtract: boolean): Raster {
  const start = n * mean.data.length;
  const planes = mean.data.map((value, i) => (subtract ? 128 + data[start + i] - value : data[start + i]));
  return planesPicture({ ...mean, data: planes });
}

async function picture(raster: Raster, zoom: number, words: string): Promise<Html> {
  return imageTag(await pngUrl(raster, { limit: 150_000 }), Math.round(raster.width * zoom), words);
}
