import { fingerprint, HistobookError, randomStream, type RandomStream } from "../foundation/index.js";
import { readParentList } from "../folds/index.js";
import { join } from "node:path";
import { parentListName, readManifest, readMask, type Case, type Side, type Study } from "../study/index.js";

/** What is drawn for an exercise follows from the study's images, so that two studies ask different things. */
export function studyStream(study: Study, label: string): RandomStream {
  return randomStream(1, "exercise", label, fingerprint(study.cases.map(({ name }) => name)));
}

/** An image with its mask. */
export type MaskedCase = Case & { maskPath: string };

/**
 * The study's images that have a mask.
 *
 * @throws HistobookError `BadInput` when there is none.
 */
export function maskedCases({ directory, cases }: Study): MaskedCase[] {
  const masked = cases.filter((one): one is MaskedCase => one.maskPath !== null);
  if (masked.length > 0) return masked;
  throw new HistobookError("BadInput", {
    subject: directory,
    found: "no image with a mask",
    expected: "masks to ask about",
    fix: "add a mask beside an image",
  });
}

/** How many of some images' pixels are epithelium: the share of all of them together, [0,1]. */
export async function epitheliumShare(cases: readonly MaskedCase[]): Promise<number> {
  let [epithelium, all] = [0, 0];
  for (const { maskPath } of cases) {
    const { data } = await readMask(maskPath);
    epithelium += data.reduce((sum, value) => sum + value, 0);
    all += data.length;
  }
  return epithelium / all;
}

/** The folds of step 2, counted from 1. */
export function foldCount({ directory }: Study): number {
  const { folds } = readManifest(directory);
  if (folds) return folds.parameters.folds;
  throw missing(directory, "no folds", "the lists of step 2", "makeFolds(study)");
}

/** The patients on a side of a fold. */
export function patientsOn({ directory }: Study, side: Side, fold: number): string[] {
  const size = readManifest(directory).folds?.size ?? 32;
  return readParentList(join(directory, parentListName(side, size, fold)));
}

/** The error of an exercise that comes before its step. */
export function missing(subject: string, found: string, expected: string, call: string): HistobookError {
  return new HistobookError("MissingStep", {
    subject,
    found,
    expected,
    fix: `run the cell with ${call} first`,
  });
}

/** 43 % of a share [0,1]. */
export function wholePercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
