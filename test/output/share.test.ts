import fc from "fast-check";
import { expect, test } from "vitest";
import type { Job } from "../../kernel-lib/src/output/jobs.js";
import { shareOf } from "../../kernel-lib/src/output/share.js";

/** Folds with so many images each; a share asks for nothing else of them. */
const jobsOf = (counts: number[]): Job[] =>
  counts.map((count, fold) => ({
    fold,
    cases: Array.from({ length: count }, (_, i) => ({ name: `${fold}_${i}` })),
    problems: [{ file: `${fold}`, reason: "" }],
  })) as unknown as Job[];

test("all shares together are all images, none is in two, and none has more than one image above another", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 6 }), fc.integer({ min: 1, max: 12 }), (counts, of) => {
      const jobs = jobsOf(counts);
      const shares = Array.from({ length: of }, (_, i) => shareOf(jobs, `${i + 1}/${of}`));
      const names = shares.map((share) => share.flatMap(({ cases }) => cases.map(({ name }) => name)));
      expect(names.flat().sort()).toEqual(jobs.flatMap(({ cases }) => cases.map(({ name }) => name)).sort());
      const sizes = names.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(shares.flat().flatMap(({ problems }) => problems)).toHaveLength(jobs.length);
    }),
  );
});

test.each(["0/3", "4/3", "1/0", "half", ""])("a share of '%s' is refused", (share) => {
  expect(() => shareOf([], share)).toThrow(
    `--share: found '${share}', expected a part and how many there are`,
  );
});
