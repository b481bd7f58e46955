import {
  checkPayload,
  epitheliumRange,
  foldVerdict,
  sideFacts,
  sidesOf,
  type FoldSummaryPayload,
} from "histobook/payloads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellDetails, foldDetails, patientDetails } from "../../jupyter-ext/src/folds/details.js";
import { gridStep } from "../../jupyter-ext/src/tables/grid-keys.js";

function split(...sides: string[]): FoldSummaryPayload {
  return {
    version: 1,
    patients: Array.from(sides[0], (_, n) => ({
      name: `P${n}`,
      images: n + 1,
      patches: { p: 10, e: n, b: 10 - n },
    })),
    folds: sides.map((digits, n) => ({ fold: n + 1, sides: digits })),
  };
}

const fair = split("4211", "1421", "1142", "2114");

describe("the verdict on a split", () => {
  test("is good where everybody stands on one side of each fold and is tested once", () => {
    expect(foldVerdict(fair)).toEqual({
      clean: true,
      sentence: "No leak: no patient stands on two sides of a fold, and each is tested exactly once.",
      findings: [],
    });
  });

  test("names every leak, by patient, sides and fold", () => {
    const { clean, sentence, findings } = foldVerdict(split("5211", "1471", "1142", "2114"));
    expect(clean).toBe(false);
    expect(sentence).toMatch(/^Leak: /);
    expect(findings).toEqual([
      "patient P0 stands in train and test of fold 1",
      "patient P2 stands in train and validation and test of fold 2",
      "patient P2 is tested 2 times",
    ]);
  });

  test("is no leak, but is told, when somebody is never tested", () => {
    expect(foldVerdict(split("4111"))).toMatchObject({
      clean: true,
      sentence: "No leak: no patient stands on two sides of a fold.",
      findings: ["patient P1 is tested never", "patient P2 is tested never", "patient P3 is tested never"],
    });
  });

  test("is bad exactly when a digit is neither 0 nor a power of 2", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1 }), (digits) => {
        expect(foldVerdict(split(digits.join(""))).clean).toBe(
          digits.every((digit) => [0, 1, 2, 4].includes(digit)),
        );
      }),
    );
  });
});

test("a side's patches are the sum of its patients', and the sides of a fair fold hold everybody once", () => {
  expect(sideFacts(fair, 0, "train")).toEqual({
    patients: [2, 3],
    patches: { p: 20, e: 5, b: 15 },
    total: 40,
    epithelium: 0.5,
  });
  expect(sideFacts(split("11"), 0, "test")).toMatchObject({ patients: [], total: 0, epithelium: null });
  expect(epitheliumRange(fair, "test")).toEqual([0.5, 0.5]);
  expect(epitheliumRange(split("11"), "test")).toBeNull();
  for (let patient = 0; patient < 4; patient++) expect(sidesOf(fair, 1, patient)).toHaveLength(1);
});

test("each part of the table tells its lists", () => {
  expect(cellDetails(fair, 3, 0)).toEqual({
    heading: "Patient P3 in fold 1",
    sentences: ["trains the network", "train with P2"],
  });
  expect(cellDetails(split("5411"), 0, 0).sentences).toEqual([
    "trains the network and is tested",
    "A leak: this patient stands on two sides of one fold.",
    "train with P2, P3",
    "test with P1",
  ]);
  expect(patientDetails(fair, 1)).toEqual({
    heading: "Patient P1",
    sentences: [
      "2 images, 20 patches (10 p, 1 e, 9 b)",
      "trains the network in folds 3, 4; helps to choose the threshold in fold 1; is tested in fold 2",
    ],
  });
  expect(foldDetails(fair, 0).sentences[2]).toBe(
    "test, 1 patient, 20 patches (10 p, 0 e, 10 b, 50.0 % epithelium): P0",
  );
});

test("a payload whose sides don't fit its patients is refused", () => {
  const check = checkPayload("fold-summary", split("421", "1421"));
  expect(check).toMatchObject({
    ok: false,
    problems: [{ where: "folds", expected: "as many digits in each fold's sides as there are patients" }],
  });
});

test("the arrow keys stay within the grid", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.array(
        fc.constantFrom(
          "ArrowUp",
          "ArrowDown",
          "ArrowLeft",
          "ArrowRight",
          "Home",
          "End",
          "PageUp",
          "PageDown",
        ),
      ),
      (rows, columns, keys) => {
        let place = { row: 0, column: 0 };
        for (const key of keys) {
          place = gridStep(place, key, rows, columns) ?? place;
          expect(place.row >= 0 && place.row < rows && place.column >= 0 && place.column < columns).toBe(
            true,
          );
        }
      },
    ),
  );
  expect(gridStep({ row: 1, column: 1 }, "ArrowDown", 3, 3)).toEqual({ row: 2, column: 1 });
  expect(gridStep({ row: 1, column: 1 }, "Tab", 3, 3)).toBeNull();
});
