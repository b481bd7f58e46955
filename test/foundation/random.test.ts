import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream, sampleIndices } from "../../kernel-lib/src/foundation/index.js";

test("randomStream() gives the same numbers for the same seed and labels, and others for others", () => {
  const first = (seed: number, ...labels: string[]) => {
    const random = randomStream(seed, ...labels);
    return Array.from({ length: 8 }, () => random.integer(1_000_000));
  };
  expect(first(1, "patches", "a")).toEqual(first(1, "patches", "a"));
  expect(first(1, "patches", "a")).not.toEqual(first(2, "patches", "a"));
  expect(first(1, "patches", "a")).not.toEqual(first(1, "patches", "b"));
  expect(first(1, "a", "b")).not.toEqual(first(1, "ab"));
});

test("randomStream() draws integers below its bound, evenly", () => {
  const random = randomStream(5, "even");
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 60_000; i++) counts[random.integer(6)]++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test("randomStream() draws normal numbers of mean 0 and variance 1", () => {
  const random = randomStream(7, "normal");
  const values = Array.from({ length: 40_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test("randomStream() draws uniform numbers in [0, 1)", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const value = randomStream(seed, "uniform").uniform();
      return value >= 0 && value < 1;
    }),
  );
});

test("sampleIndices() draws different indices within range, as many as there are at most", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.integer(), (length, count, seed) => {
      const chosen = [...sampleIndices(length, count, randomStream(seed, "sample"))];
      expect(chosen).toHaveLength(Math.min(length, count));
      expect(new Set(chosen).size).toBe(chosen.length);
      expect(chosen.every((index) => index >= 0 && index < length)).toBe(true);
    }),
  );
});

test("sampleIndices() gives every index the same chance", () => {
  const random = randomStream(3, "chance");
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) for (const index of sampleIndices(10, 3, random)) counts[index]++;
  for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(250);
});
