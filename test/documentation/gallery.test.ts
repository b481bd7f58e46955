import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { payloadSchemas } from "histobook/payloads";
import { format, resolveConfig } from "prettier";
import sharp from "sharp";
import { expect, test } from "vitest";
import { galleryEntries, galleryPage, pictureOf } from "../gallery/entries.js";

const docs = resolve(__dirname, "../../docs");

test("the gallery has every view that is drawn, each once", () => {
  expect(galleryEntries.map(({ view }) => view).sort()).toEqual(Object.keys(payloadSchemas).sort());
});

test("docs/gallery.md is what its entries say; else run npm run gallery", async () => {
  const path = join(docs, "gallery.md");
  const expected = await format(galleryPage(), { ...(await resolveConfig(path)), filepath: path });
  expect(readFileSync(path, "utf8")).toBe(expected);
});

test.each(galleryEntries.map(({ view }) => view))("%s has a picture that is real and light", async (view) => {
  const path = join(docs, pictureOf(view));
  expect(statSync(path).size).toBeLessThan(150_000);
  const { width, height, format: kind } = await sharp(path).metadata();
  expect(kind).toBe("webp");
  expect(width).toBeGreaterThan(600);
  expect(height).toBeGreaterThan(200);
  const { channels } = await sharp(path).stats();
  expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(10);
});
