/** Each reader on some hundred damaged files; `npm run test:fuzz` takes 10,000 a reader. */
import { expect, test } from "vitest";
import { readers } from "./readers.mjs";
import { fuzzReaders } from "./run.mjs";

const names = readers.map(({ name }) => name);
/** Two processes, which share the time that loading takes. */
const halves = [names.filter((_, i) => i % 2 === 0), names.filter((_, i) => i % 2 === 1)];

test.each(halves.map((some) => ({ first: some[0], some })))(
  "no reader crashes, hangs or fills the memory: $first and others",
  async ({ some }) => {
    const { results, failures } = await fuzzReaders(some, { cases: 200, seed: 1 });
    expect(failures).toEqual([]);
    expect(results.map(({ reader, cases }) => [reader, cases])).toEqual(some.map((name) => [name, 200]));
  },
  600_000,
);
