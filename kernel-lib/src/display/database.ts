import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { planesPicture, readMeanImage, type MeanImage } from "../caffe/index.js";
import { databaseSummary, openPatchStore, type Batch } from "../databases/index.js";
import { databaseVerdict, viewMimeType, type DatabaseSummaryPayload } from "../payloads/index.js";
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
import { channelMeans, channelWords, meanFigures, stretched } from "./meanImage.js";
import { count, figure, note, row, table, title, verdictLine } from "./parts.js";
import { greyPicture, sheet } from "./picture.js";
import { imageTag, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/** Patches that are shown of a database. */
const shownPatches = 10;

/** So many gaps and broken records are listed of a database; the counts tell of all. */
const mostFindings = 20;

/**
 * Shows a fold's databases: how many patches of each class, whether all are there and can be read, the mean image, and the
 * first patches as training reads them, before and after the mean is subtracted.
 *
 * @throws HistobookError `MissingStep` before step 3, `Locked` while another process has a database open,
 * `BadInput` for a damaged one.
 * @example
 * const { data } = await showDatabase(study, 1);
 * String(data["text/plain"]).split("\n").slice(0, 2);
 * // => ["Databases of fold 1", "  Whole: every patch is there and can be read."]
 */
export async function showDatabase(study: Study, fold: number): Promise<Bundle> {
  const { directory } = study;
  const records = readManifest(directory).databases[fold] as
    { size: number; train: { count: number }; test: { count: number } } | undefined;
  const databases = [
    await databasePayload(directory, databaseName("train", fold), records?.train.count),
    await databasePayload(directory, databaseName("test", fold), records?.test.count),
  ];
  const [train] = databases;
  const meanFile = meanName(records?.size ?? train.shape?.width ?? 32, fold);
  const mean = readMeanImage(join(directory, meanFile));
  const batch = await firstBatch(join(directory, train.name));
  const before = Array.from({ length: batch.count }, (_, n) => patchPicture(batch, n, mean, false));
  const after = Array.from({ length: batch.count }, (_, n) => patchPicture(batch, n, mean, true));
  const payload: DatabaseSummaryPayload = {
    version: 1,
    fold,
    databases,
    mean: {
      name: meanFile,
      width: mean.width,
      height: mean.height,
      means: channelMeans(mean),
      picture: await pngUrl(planesPicture(mean)),
      stretched: await pngUrl(planesPicture(stretched(mean))),
    },
    patches: {
      names: batch.keys.map(patchOf),
      classes: [...batch.labels],
      before: await pngUrl(sheet(before, batch.count, 0)),
      after: await pngUrl(sheet(after, batch.count, 0)),
    },
  };
  const { whole, sentence, findings } = databaseVerdict(payload);
  const listed = findings.slice(0, mostFindings);
  const heading = `Databases of fold ${fold}`;
  const patches = figure(
    await picture(sheet([...before, ...after], batch.count, 3), 1.7, "patches before and after subtraction"),
    html`the first ${batch.count} patches of ${train.name}, classes ${[...batch.labels].join(" ")}<br />above:
      as stored; below: minus the mean (grey is zero)`,
  );
  return bundle({
    custom: { [viewMimeType("database-summary")]: payload },
    html: html`${title(heading)}${verdictLine(whole, sentence)}${listed.map((finding) => note(finding))}
    ${countTable(databases)}${row(await meanFigures(mean))}${row([patches])}${sourceNote(study)}`,
    text:
      [
        heading,
        `  ${sentence}`,
        ...listed.map((finding) => `  ${finding}`),
        ...databases.map((database) => `  ${database.name}: ${countWords(database)}`),
        `  ${meanFile}: ${channelWords(mean)}`,
        `  first patches: ${payload.patches.names.join(", ")}`,
      ].join("\n") + sourceText(study),
  });
}

type DatabasePayload = DatabaseSummaryPayload["databases"][number];

/** @param expected how many records step 3 wrote, where that is known */
async function databasePayload(directory: string, name: string, expected = 0): Promise<DatabasePayload> {
  const path = join(directory, name);
  const { count: found, byClass, byType, shape, broken, missing, lastKey } = await databaseSummary(path);
  const numbers = lastKey === undefined ? 0 : Number(/^\d+/.exec(lastKey)?.[0] ?? found - 1) + 1;
  const gaps = [...missing, ...(expected > numbers ? [{ first: numbers, last: expected - 1 }] : [])];
  return {
    name,
    count: found,
    byClass,
    byType,
    shape: shape ?? null,
    bytes: readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0),
    missing: gaps.slice(0, mostFindings),
    broken: broken.slice(0, mostFindings),
    missingCount: gaps.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    brokenCount: broken.length,
  };
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

function countTable(databases: readonly DatabasePayload[]): Html {
  const rows = databases.map(({ name, count: total, byClass, byType }) => [
    name,
    count(total),
    ...[byClass[1] ?? 0, byClass[0], byType.e, byType.b].map(count),
  ]);
  return table(
    ["database", "patches", "class 1: epithelium", "class 0: other", "of it edge", "background"],
    rows,
  );
}

function countWords({ count: total, byClass }: DatabasePayload): string {
  return `${count(total)} patches, ${byClass.map((of, index) => `${count(of)} of class ${index}`).join(", ")}`;
}

function patchPicture({ data }: Batch, n: number, mean: MeanImage, subtract: boolean): Raster {
  const start = n * mean.data.length;
  const planes = mean.data.map((value, i) => (subtract ? 128 + data[start + i] - value : data[start + i]));
  const { width, height, channels, data: levels } = planesPicture({ ...mean, data: planes });
  return channels === 1 ? greyPicture(width, height, levels) : { width, height, channels, data: levels };
}

async function picture(raster: Raster, zoom: number, words: string): Promise<Html> {
  return imageTag(await pngUrl(raster, { limit: 150_000 }), Math.round(raster.width * zoom), words);
}
