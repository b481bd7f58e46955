import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPatchName, parsePatchName, patientOf } from "../../kernel-lib/src/study/index.js";

const patchName = fc.record({
  patient: fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/),
  imageNumber: fc.integer({ min: 1, max: 99 }),
  class: fc.constantFrom(0 as const, 1 as const),
  type: fc.constantFrom("p" as const, "e" as const, "b" as const),
  number: fc.integer({ min: 1, max: 5000 }),
  rotation: fc.integer({ min: 0, max: 359 }),
});

test("parsePatchName() gives back what formatPatchName() wrote", () => {
  fc.assert(
    fc.property(patchName, (name) => {
      expect(parsePatchName(formatPatchName(name))).toEqual(name);
    }),
  );
});

test.each([
  "10256_1_0_e_1.png",
  "10256_1_2_e_1_0.png",
  "10256_1_0_x_1_0.png",
  "10256_01_0_e_1_0.png",
  "10256_1_0_e_0_0.png",
  "10256_1_0_e_1_0.jpg",
  "a_b_1_0_e_1_0.png",
  ".unfinished-10256_1_0_e_1_0.png.part",
])("parsePatchName() gives undefined for %s, which step 1 does not write", (file) => {
  expect(parsePatchName(file)).toBeUndefined();
});

test("patientOf() reads what stands before the first underscore, and nothing else", () => {
  expect(patientOf("8918_00007_2")).toBe("8918");
  expect(patientOf("8918")).toBeUndefined();
  expect(patientOf("_8918")).toBeUndefined();
});
