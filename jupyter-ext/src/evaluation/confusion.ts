import type { EvaluationPayload } from "histobook/payloads";

/** Pixels by what was predicted and what is true. */
export type Confusion = EvaluationPayload["patients"][number]["counts"];

/** Adds up the pixels of several patients. */
export function addConfusions(all: readonly Confusion[]): Confusion {
  const sum = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof Confusion)[]) sum[name] += counts[name];
  }
  return sum;
}

/** A cell of the matrix: its pixels, and their share of the row (of what is true), [0,1]. */
export interface ConfusionCell {
  words: string;
  right: boolean;
  pixels: number;
  share: number | null;
}

/** The matrix: rows are what is true (epithelium, other), columns what was called so. */
export function confusionMatrix(counts: Confusion): [ConfusionCell, ConfusionCell][] {
  const row = (
    right: number,
    wrong: number,
    words: [right: string, wrong: string],
  ): [ConfusionCell, ConfusionCell] => {
    const share = (pixels: number): number | null => (right + wrong === 0 ? null : pixels / (right + wrong));
    return [
      { words: words[0], right: true, pixels: right, share: share(right) },
      { words: words[1], right: false, pixels: wrong, share: share(wrong) },
    ];
  };
  const epithelium = row(counts.truePositives, counts.falseNegatives, ["found", "missed"]);
  const [spared, claimed] = row(counts.trueNegatives, counts.falsePositives, [
    "left alone",
    "claimed wrongly",
  ]);
  return [epithelium, [claimed, spared]];
}
