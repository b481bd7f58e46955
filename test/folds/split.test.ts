import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitPatients } from "../../kernel-lib/src/folds/index.js";

const cohort = fc.record({
  patients: fc.uniqueArray(fc.stringMatching(/^[A-Z0-9]{1,6}$/), { minLength: 2, maxLength: 60 }),
  seed: fc.integer(),
  validation: fc.constantFrom(0, 0.1, 0.2, 0.5, 0.9),
  shares: fc.option(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 })),
  foldsWish: fc.integer({ min: 2, max: 12 }),
});

function optionsOf({
  patients,
  seed,
  validation,
  shares,
  foldsWish,
}: typeof cohort extends fc.Arbitrary<infer T> ? T : never) {
  const balance = shares ? new Map(patients.map((patient, i) => [patient, shares[i]])) : undefined;
  return { folds: Math.min(foldsWish, patients.length), seed, validation, balance };
}

describe("splitPatients", () => {
  test("tests every patient exactly once, in folds whose sizes differ by at most one", () => {
    fc.assert(
      fc.property(cohort, (given) => {
        const folds = splitPatients(given.patients, optionsOf(given));
        expect(folds.flatMap(({ test: tested }) => tested).sort()).toEqual([...given.patients].sort());
        const sizes = folds.map(({ test: tested }) => tested.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("puts each patient on exactly one side of every fold, in the patients' own order", () => {
    fc.assert(
      fc.property(cohort, (given) => {
        for (const fold of splitPatients(given.patients, optionsOf(given))) {
          const { train, validation, test: tested } = fold;
          expect([...train, ...validation, ...tested].sort()).toEqual([...given.patients].sort());
          for (const side of [train, validation, tested]) {
            expect(side).toEqual(given.patients.filter((patient) => side.includes(patient)));
          }
        }
      }),
    );
  });

  test("keeps the rounded share for validation, at least one, and someone to train on", () => {
    fc.assert(
      fc.property(cohort, (given) => {
        for (const { train, validation } of splitPatients(given.patients, optionsOf(given))) {
          const side = train.length + validation.length;
          expect(train.length).toBeGreaterThanOrEqual(1);
          if (given.validation === 0 || side < 2) expect(validation).toEqual([]);
          else {
            const rounded = Math.max(1, Math.round(given.validation * side));
            expect(validation.length).toBe(Math.min(rounded, side - 1));
          }
        }
      }),
    );
  });

  test("gives the same folds for the same seed and others for another", () => {
    const patients = Array.from({ length: 42 }, (_, i) => `P${i}`);
    const split = (seed: number) => splitPatients(patients, { folds: 5, seed, validation: 0.2 });
    expect(split(7)).toEqual(split(7));
    expect(split(7)).not.toEqual(split(8));
  });

  test("spreads rich and poor patients over all folds when it balances", () => {
    const patients = Array.from({ length: 20 }, (_, i) => `P${i}`);
    const balance = new Map(patients.map((patient, i) => [patient, i < 10 ? 0.1 : 0.9]));
    for (let seed = 0; seed < 20; seed++) {
      for (const fold of splitPatients(patients, { folds: 5, seed, validation: 0.25, balance })) {
        const rich = (side: string[]) => side.filter((patient) => balance.get(patient) === 0.9).length;
        expect(rich(fold.test)).toBe(2);
        expect(rich(fold.validation)).toBe(2);
      }
    }
  });

  test("refuses more folds than patients, with the number that would work", () => {
    expect(() => splitPatients(["a", "b", "c"], { folds: 5, seed: 1, validation: 0 })).toThrow(
      "--folds: found 5 folds for 3 patients, expected at least one test patient a fold; use --folds 3 or fewer.",
    );
  });

  test.each([1, 0, 2.5, NaN])("refuses %s folds", (folds) => {
    expect(() => splitPatients(["a", "b", "c"], { folds, seed: 1, validation: 0 })).toThrow("--folds");
  });
});
