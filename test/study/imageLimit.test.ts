/** Pictures that claim more pixels than may be read as a whole, in every place that decodes one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeDatum } from "../../kernel-lib/src/caffe/index.js";
import { decodeRecord } from "../../kernel-lib/src/databases/decodeRecord.js";
import { openImageList } from "../../kernel-lib/src/databases/index.js";
import { readPatchFile } from "../../kernel-lib/src/databases/patchPixels.js";
import { drawnMask } from "../../kernel-lib/src/import/drawnMask.js";
import { limitVariable, readImage, readMask } from "../../kernel-lib/src/study/index.js";
import { newFolder } from "./pictures.js";

const folder = newFolder();
const [small, large] = ["small.jpg", "large.jpg"].map((name) => join(folder, name));

beforeEach(async () => {
  process.env[limitVariable] = "0.002";
  for (const [path, side] of [
    [small, 40],
    [large, 50],
  ] as const)
    await sharp({ create: { width: side, height: side, channels: 3, background: "black" } })
      .jpeg()
      .toFile(path);
});

afterEach(() => {
  delete process.env[limitVariable];
});

test.each<[string, (path: string) => unknown]>([
  ["an image", (path) => readImage(path)],
  ["a mask", (path) => readMask(path)],
  ["a mask to import", (path) => drawnMask(small, path, { kind: "masks", positive: undefined })],
  ["a patch", (path) => readPatchFile(path, 40, new Uint8Array(40 * 40 * 3))],
  [
    "an image of a list",
    async (path) => {
      writeFileSync(join(folder, "list.txt"), `${path} 0\n`);
      const store = await openImageList(join(folder, "list.txt"));
      return store.close();
    },
  ],
  [
    "a record",
    async (path) => {
      const shape = { channels: 3, height: 50, width: 50 };
      const data = await sharp(path).toBuffer();
      return decodeRecord(encodeDatum({ ...shape, data, label: 0, encoded: true }), path);
    },
  ],
])("%s beyond HISTOBOOK_MOST_MEGAPIXELS is refused, one within is read", async (_, read) => {
  await read(small);
  await expect(Promise.resolve(large).then(read)).rejects.toThrow(
    `${large}: found a picture that says it has 50 x 50 pixels, expected at most 0.002 megapixels where a picture is read as a whole; cut a part out of it, or set HISTOBOOK_MOST_MEGAPIXELS higher if the file is what it says.`,
  );
});
