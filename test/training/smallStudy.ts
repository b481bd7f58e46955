/** A study of four patients with one small image each, made on the spot: bright epithelium in dark stroma. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { makeDatabases } from "../../kernel-lib/dist/databases/index.js";
import { makeFolds } from "../../kernel-lib/dist/folds/index.js";
import { makePatches } from "../../kernel-lib/dist/patches/index.js";
import { openStudy, type Study } from "../../kernel-lib/dist/study/index.js";
import { addCase, newFolder, newStudy, rectangle, tissue } from "../study/pictures.js";

/** The images' size in pixels. */
export const width = 56;
export const height = 44;

/** Images and masks alone. */
export async function newSmallStudy(): Promise<Study> {
  const directory = newStudy();
  for (const [index, patient] of ["P1", "P2", "P3", "P4"].entries()) {
    const mask = rectangle(width, height, [8 + index, 6, 30 + index, 34]);
    const image = tissue(width, height, index + 1);
    mask.data.forEach((inside, i) => {
      for (let c = 0; c < 3; c++) image.data[3 * i + c] = image.data[3 * i + c] / 2 + (inside ? 90 : 10);
    });
    await addCase(directory, `${patient}_1`, image, mask);
  }
  return openStudy(directory);
}

/** The same with steps 1 to 3 done: two folds, one validation patient each. */
export async function newPreparedStudy(): Promise<Study> {
  const study = await newSmallStudy();
  await makePatches(study, { perImage: 6, scale: 1 });
  await makeFolds(study, { folds: 2, validation: 0.5 });
  await makeDatabases(study);
  return openStudy(study.directory);
}

/** Another study with the same files. */
export function copyOfStudy({ directory }: Study): Study {
  const copy = join(newFolder(), "study");
  cpSync(directory, copy, { recursive: true });
  return openStudy(copy);
}
