/** Figures that tests hold to limits, and that `npm run bench -- fidelity` prints. */
import { appendFileSync } from "node:fs";
import { expect } from "vitest";

/** One measured difference from Caffe. */
export interface Figure {
  /** The heading under which it is printed, e.g. "Forward". */
  group: string;
  /** What was compared, e.g. "probabilities of the author's model 1, 100 patches". */
  what: string;
  /** The largest difference found. */
  found: number;
  limit: number;
}

/** Expects a difference to lie below its limit, and records it where a bench asks for the figures. */
export function expectWithin(group: string, what: string, found: number, limit: number): void {
  const file = process.env.HISTOBOOK_FIGURES;
  const figure: Figure = { group, what, found, limit };
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`);
  expect(found, what).toBeLessThan(limit);
}
