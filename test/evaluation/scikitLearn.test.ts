/** Our figures beside scikit-learn's on the same arrays: those that are kept, and random ones of this run. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bestThreshold, criterionScore } from "../../kernel-lib/dist/evaluation/criterion.js";
import {
  averagePrecision,
  boundaryCounts,
  calibration,
  calibrationError,
  countLevels,
  countPixels,
  countsAt,
  rocAuc,
  scoresOf,
  type ThresholdCriterion,
} from "../../kernel-lib/dist/evaluation/index.js";
import { applyThreshold } from "../../kernel-lib/dist/output/index.js";
import { randomStream } from "../../kernel-lib/dist/foundation/index.js";
import { testPython } from "../../scripts/test-python.mjs";
import { patience } from "../kernel-clients/clients";

/** A map, a mask and the thresholds to try. */
interface Case {
  name: string;
  levels: number[];
  mask: number[];
  width: number;
  thresholds: number[];
}

/** What figures.py gives of a case. */
interface Figures {
  rocAuc: number | null;
  averagePrecision: number | null;
  calibration: { observed: number[]; predicted: number[]; pixels: number[]; error: number };
  at: (ReturnType<typeof scoresOf> & { boundary: number[][] })[];
  best?: Record<"f-score" | "youden" | "youden at 0.5" | "accuracy", number> &
    Record<"precision" | "recall", (number | null)[]>;
}

interface Answer {
  versions: Record<string, string>;
  cases: (Case & { figures: Figures })[];
}

const folder = join(__dirname, "..", "fixtures", "scikit-learn");
const golden = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as Answer;

/** Our figures in the same form. */
function ourFigures({ levels, mask, width, thresholds }: Case): Figures {
  const stored = { levels: Uint8Array.from(levels) };
  const label = Uint8Array.from(mask);
  const counts = countLevels(stored.levels, label);
  const bins = calibration(counts);
  const highest = (choose: ThresholdCriterion, atLeast: number | null = null): number | null =>
    bestThreshold(counts, { choose, atLeast })?.score ?? null;
  const floored = (choose: ThresholdCriterion) => [0.5, 0.9].map((floor) => highest(choose, floor));
  return {
    rocAuc: rocAuc(counts),
    averagePrecision: averagePrecision(counts),
    calibration: {
      observed: bins.map(({ observed }) => observed),
      predicted: bins.map(({ predicted }) => predicted),
      pixels: bins.map(({ pixels }) => pixels),
      error: calibrationError(counts)!,
    },
    at: thresholds.map((threshold) => {
      const called = applyThreshold(stored, threshold);
      return {
        ...scoresOf(countPixels(called, label)),
        boundary: boundaryCounts(called, label, width).map((one) => [
          one.predicted,
          one.predictedMet,
          one.mask,
          one.maskMet,
        ]),
      };
    }),
    ...(mask.includes(0) &&
      mask.includes(1) && {
        best: {
          "f-score": highest("f-score")!,
          youden: highest("youden")!,
          "youden at 0.5": criterionScore({ choose: "youden", atLeast: null }, countsAt(counts, 0.5)),
          accuracy: highest("accuracy")!,
          precision: floored("precision"),
          recall: floored("recall"),
        },
      }),
  };
}

/** The largest difference of two values of one form; what is null in one must be null in the other. */
function difference(one: unknown, other: unknown): number {
  if (typeof one === "number" && typeof other === "number") return Math.abs(one - other);
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") {
    expect(one).toEqual(other);
    return 0;
  }
  expect(Object.keys(one).sort()).toEqual(Object.keys(other).sort());
  const theirs = other as Record<string, unknown>;
  return Math.max(0, ...Object.entries(one).map(([key, value]) => difference(value, theirs[key])));
}

describe("scikit-learn's figures", () => {
  test("would be told from wrong ones", () => {
    const [{ figures, ...one }] = golden.cases;
    const ours = ourFigures(one);
    expect(difference({ ...ours, rocAuc: ours.rocAuc! + 1e-6 }, figures)).toBeGreaterThan(1e-7);
    expect(difference({ ...ours, at: ours.at.map((at) => ({ ...at, iou: 0 })) }, figures)).toBeGreaterThan(
      0.1,
    );
  });

  test.each(golden.cases)("are ours: $name", ({ figures, ...one }) => {
    expect(difference(ourFigures(one), figures)).toBeLessThan(1e-12);
  });

  test(
    "are ours on random maps, worked out now",
    async () => {
      const random = randomStream(1, "maps for scikit-learn");
      const cases = Array.from({ length: 20 }, (_, n): Case => {
        const [width, height] = [1 + random.integer(30), 4 + random.integer(30)];
        const mask = Array.from({ length: width * height }, () =>
          Number(random.uniform() < 0.1 + 0.8 * (n / 20)),
        );
        const spread = 1 + random.integer(255);
        const levels = mask.map((label) => Math.min(255, random.integer(spread) + 60 * label));
        return { name: `map ${n}`, levels, mask, width, thresholds: [0.3, 0.5, 0.8] };
      });
      const { python } = await testPython();
      const { stdout, stderr } = spawnSync(python, [join(folder, "figures.py")], {
        input: JSON.stringify(cases),
        encoding: "utf8",
        maxBuffer: 1e8,
      });
      expect(stdout, stderr).not.toBe("");
      const answer = JSON.parse(stdout) as Answer;
      for (const { figures, ...one } of answer.cases) {
        expect(difference(ourFigures(one), figures), JSON.stringify(one)).toBeLessThan(1e-12);
      }
    },
    patience,
  );
});
