/** Each trap of the original that step 1 mends has an option that brings the original's behaviour back. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { makePatches, openStudy, readImageRecord, type PatchOptions } from "histobook";
import { addCase, newStudy, plain, rectangle, tissue } from "../study/pictures.js";

let directory: string;

beforeEach(() => {
  directory = newStudy();
});

function patches(options: PatchOptions) {
  return makePatches(openStudy(directory), { perImage: 5000, workers: 1, rotations: [0], ...options });
}

test("maskRule 'fringe' takes every pixel with a trace of the mask, so the region grows as in the original", async () => {
  await addCase(directory, "a_1", tissue(80, 80), rectangle(80, 80, [20, 20, 41, 41]));
  const majority = (await patches({ scale: 0.5 })).patches.p;
  const fringe = (await patches({ scale: 0.5, maskRule: "fringe" })).patches.p;
  // 21 x 21 pixels are 10.5 x 10.5 at half the size.
  expect(Math.sqrt(majority)).toBeCloseTo(10.5, 0);
  expect(Math.sqrt(fringe)).toBeGreaterThan(11.5);
});

test("whiteEdges 'keep' lets white pixels be centres of edge patches as in the original", async () => {
  const image = tissue(64, 64);
  const white = plain(64, 20, 255);
  image.data.set(white.data, 0);
  // The mask ends where the white begins: the ring above it is white.
  await addCase(directory, "a_1", image, rectangle(64, 64, [20, 20, 40, 40]));
  await patches({ scale: 1, edgeRatio: 100 });
  const above = () => readImageRecord(directory, "a_1")!.positions.e.filter((position) => position < 20 * 64);
  expect(above()).toHaveLength(0);
  await patches({ scale: 1, edgeRatio: 100, whiteEdges: "keep" });
  expect(above()).toHaveLength(2 * 24);
});

test("centre 'original' cuts one pixel further up and left, as the original does", async () => {
  await addCase(directory, "a_1");
  const first = () => readFileSync(join(directory, "subs", "a_1_1_p_1_0.png"));
  await patches({ scale: 1, perImage: 1 });
  const mended = first();
  const { positions } = readImageRecord(directory, "a_1")!;
  await patches({ scale: 1, perImage: 1, centre: "original" });
  expect(readImageRecord(directory, "a_1")!.positions).toEqual(positions);
  const sharp = (await import("sharp")).default;
  const inner = async (png: Buffer, from: number) =>
    sharp(png).extract({ left: from, top: from, width: 31, height: 31 }).raw().toBuffer();
  expect(await inner(first(), 1)).toEqual(await inner(mended, 0));
});
