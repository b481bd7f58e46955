/** The search for a learning rate: a sweep of which nothing stays but its curve. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { showLearningRates } from "../../kernel-lib/dist/display/index.js";
import { readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import { findLearningRate } from "../../kernel-lib/dist/training/index.js";
import { smooth, steepestRate } from "../../kernel-lib/dist/training/findLearningRate.js";
import { run } from "../cli/command.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";

let prepared: Study;
let study: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

const options = { fold: 1, batch: 8, iterations: 30 };

describe("findLearningRate", () => {
  test("sweeps the rates, finds the same one each time, and keeps nothing", async () => {
    const seen: number[] = [];
    const search = await findLearningRate(study, {
      ...options,
      report: (event) => event.event === "progress" && seen.push(event.done),
    });
    const { rates, losses, smoothed, suggested } = search;
    expect(search).toMatchObject({ fold: 1, batch: 8 });
    expect(seen.length).toBe(rates.length);
    expect(losses.length).toBe(rates.length);
    expect(smoothed).toEqual(smooth(losses));
    expect(rates[0]).toBeCloseTo(1e-5, 10);
    const factors = rates.slice(1).map((rate, i) => rate / rates[i]);
    factors.forEach((factor) => expect(factor).toBeCloseTo(1e5 ** (1 / 29), 6));
    expect(suggested).toBeGreaterThan(1e-5);
    expect(suggested).toBeLessThanOrEqual(1);
    expect(await findLearningRate(study, options)).toEqual(search);
    expect(readManifest(study.directory).models).toEqual({});
    expect(readdirSync(join(study.directory, "models")).filter((name) => !/prototxt$/.test(name))).toEqual(
      [],
    );
  });

  test("is drawn with its suggestion, and printed by the command", async () => {
    const search = await findLearningRate(study, options);
    const { data } = await showLearningRates(search);
    expect(data["text/plain"]).toContain(`Learning rate: ${search.suggested} is suggested`);
    expect(data["image/svg+xml"]).toContain("learning rate");
    const args = ["train", study.directory, "--fold", "1", "--batch", "8", "--iterations", "30"];
    const { status, out } = await run([...args, "--find-learning-rate"]);
    expect(status).toBe(0);
    expect(out).toContain(`train with --learning-rate ${search.suggested}, or less.`);
    expect(out).toMatch(/1\.0e-5 +0\.\d+ +#+/);
    expect(existsSync(join(study.directory, "models", "1-training-log.jsonl"))).toBe(false);
  });

  test("stops with one sentence at rates that go down, and where each of them ruins everything", async () => {
    await expect(findLearningRate(study, { ...options, from: 0.1, to: 0.01 })).rejects.toMatchObject({
      code: "BadOption",
    });
    const ruined = findLearningRate(study, { ...options, from: 1000, to: 1000 });
    await expect(ruined).rejects.toThrow(/found a loss that falls at no rate/);
  });
});

test("steepestRate is where the loss falls most before it is lowest", () => {
  expect(steepestRate([1, 2, 3, 4, 5], [5, 4, 1, 9, 2])).toBe(3);
  expect(steepestRate([1, 2, 3], [1, 2, 3])).toBeUndefined();
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1 }), (losses) => {
      const rates = losses.map((_, i) => i + 1);
      const found = steepestRate(rates, losses);
      const lowest = losses.indexOf(Math.min(...losses));
      if (found === undefined) expect(losses.slice(0, lowest + 1).length).toBe(1);
      else expect(losses[found - 1]).toBeLessThan(losses[found - 2]);
    }),
  );
});
