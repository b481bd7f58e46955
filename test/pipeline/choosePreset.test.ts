import { expect, test } from "vitest";
import { choosePreset, presets } from "histobook";

test("a preset is chosen by its name, or the quick one is changed", () => {
  expect(choosePreset("standard")).toBe(presets.standard);
  const changed = choosePreset({ folds: { folds: 3, validation: 0 } });
  expect(changed.folds).toEqual({ folds: 3, validation: 0 });
  expect(changed.training).toBe(presets.quick.training);
});

test("a name that there is none of is refused in a sentence", () => {
  expect(() => choosePreset("fast")).toThrow(
    "preset: found 'fast', expected 'quick' or 'standard' or 'paper'; give another value.",
  );
});
