import { countsFrom, levelOf } from "./threshold.js";

/** For each level 0 to 256: how many pixels have at least that value, inside of the mask and outside. */
export interface ScoreTables {
  readonly inside: Uint32Array;
  readonly outside: Uint32Array;
}

/** How well the pixels at or above a threshold match the mask; null where it is not defined, e.g. the precision of nothing. */
export interface MapScores {
  readonly fScore: number | null;
  readonly precision: number | null;
  /** True positive rate. */
  readonly recall: number | null;
  readonly falsePositiveRate: number | null;
}

/** Counts a map once, so that its scores at any threshold cost the same whatever its size. */
export function scoreTables(probability: Uint8Array, mask: Uint8Array): ScoreTables {
  const inside = countsFrom(probability.filter((_, index) => mask[index] >= 128));
  return { inside, outside: countsFrom(probability).map((all, level) => all - inside[level]) };
}

/** The scores at a level, 0 to 256. */
export function scoresAtLevel({ inside, outside }: ScoreTables, level: number): MapScores {
  const truePositives = inside[level];
  const falsePositives = outside[level];
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    fScore: ratio(2 * truePositives, inside[0] + truePositives + falsePositives),
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, inside[0]),
    falsePositiveRate: ratio(falsePositives, outside[0]),
  };
}

/** The scores at a threshold (a probability). */
export function scoresAt(tables: ScoreTables, threshold: number): MapScores {
  return scoresAtLevel(tables, levelOf(threshold));
}

/** The points of a curve over all levels, [0,1]; levels at which it is not defined are left out. */
export function curve(
  tables: ScoreTables,
  across: keyof MapScores,
  up: keyof MapScores,
): { x: number; y: number }[] {
  return Array.from({ length: 257 }, (_, level) => scoresAtLevel(tables, level)).flatMap((scores) => {
    const { [across]: x, [up]: y } = scores;
    return x === null || y === null ? [] : [{ x, y }];
  });
}
