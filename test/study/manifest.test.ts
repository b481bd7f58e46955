import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readManifest, updateManifest } from "../../kernel-lib/src/study/index.js";
import { newFolder } from "./pictures.js";

test("a manifest has the same bytes however often it was read and written", async () => {
  const folder = newFolder();
  const text = (): string => readFileSync(join(folder, "histobook.json"), "utf8");
  // The same things in another order than the schema has them.
  const chosen = {
    pixels: 10,
    patients: ["P1"],
    origin: "validation" as const,
    fScoreAtHalf: 0.8,
    fScore: 0.9,
    value: 0.5,
    key: "k",
  };
  await updateManifest(folder, (manifest) => ({ ...manifest, thresholds: { 1: chosen } }));
  const first = text();
  for (const scale of [0.25, null]) await updateManifest(folder, (manifest) => ({ ...manifest, scale }));
  expect(text()).toBe(first);
  expect(readManifest(folder).thresholds[1]).toMatchObject(chosen);
});
