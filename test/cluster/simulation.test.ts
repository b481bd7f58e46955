/** The simulation of a cluster behind docs/scale.md. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dealt, simulate, type SimulatedArray } from "../../bench/scale-simulation.mjs";

const seconds = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 40 });
const nodeCount = fc.integer({ min: 1, max: 30 });

/** Arrays that wait for some of the earlier ones. */
const arrays: fc.Arbitrary<SimulatedArray[]> = fc
  .array(fc.tuple(seconds, fc.array(fc.nat(3), { maxLength: 2 })), { minLength: 1, maxLength: 5 })
  .map((all) =>
    all.map(([tasks, back], i) => ({
      name: `array ${i}`,
      tasks,
      after: back.flatMap((n) => (n < i ? [`array ${n}`] : [])),
    })),
  );

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Seconds of the longest chain of tasks each of which waits for the one before. */
function longestChain(all: readonly SimulatedArray[]): number {
  const chain = new Map<string, number>();
  for (const { name, tasks, after = [] } of all)
    chain.set(name, Math.max(0, ...tasks) + Math.max(0, ...after.map((one) => chain.get(one)!)));
  return Math.max(...chain.values());
}

describe("simulate()", () => {
  test("takes at least each lower bound, and at most their sum", () => {
    fc.assert(
      fc.property(arrays, nodeCount, (all, nodes) => {
        const total = sum(all.flatMap(({ tasks }) => tasks));
        const { makespan, nodeSeconds } = simulate(all, { nodes });
        expect(nodeSeconds).toBe(total);
        expect(makespan).toBeGreaterThanOrEqual(Math.max(total / nodes, longestChain(all)));
        // Graham's bound of a list schedule.
        expect(makespan).toBeLessThanOrEqual(total / nodes + longestChain(all));
      }),
      { numRuns: 1000 },
    );
  });

  test("equal independent tasks take as many rounds as there are, so that more nodes are never slower", () => {
    const counts = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 100 }), nodeCount, (count, each, nodes) => {
        const all = [{ name: "one", tasks: new Array<number>(count).fill(each) }];
        const time = (n: number): number => simulate(all, { nodes: n }).makespan;
        expect(time(nodes)).toBe(Math.ceil(count / nodes) * each);
        expect(time(nodes + 1)).toBeLessThanOrEqual(time(nodes));
      }),
    );
  });

  test("keeps an array behind those it waits for, says the same twice, and leaves its arguments alone", () => {
    fc.assert(
      fc.property(arrays, nodeCount, (all, nodes) => {
        const before = structuredClone(all);
        const result = simulate(all, { nodes, delay: 3 });
        const ends = new Map(result.arrays.map(({ name, end }) => [name, end]));
        result.arrays.forEach(({ begin }, i) => {
          for (const name of all[i].after ?? [])
            if (begin !== null) expect(begin).toBeGreaterThanOrEqual(ends.get(name)!);
        });
        expect(simulate(all, { nodes, delay: 3 })).toEqual(result);
        expect(all).toEqual(before);
      }),
    );
  });

  test("an array without tasks ends when those before it have ended, and not earlier", () => {
    const all = [
      { name: "one", tasks: [1] },
      { name: "none", tasks: [], after: ["one"] },
      { name: "last", tasks: [1], after: ["none"] },
    ];
    const { makespan, arrays: made } = simulate(all, { nodes: 2 });
    expect(makespan).toBe(2);
    expect(made[1]).toEqual({ name: "none", begin: null, end: 1 });
  });

  test("runs no more of an array at once than it says, and counts the delay of each task", () => {
    const all = [{ name: "one", tasks: [10, 10, 10, 10], atOnce: 2 }];
    expect(simulate(all, { nodes: 4, delay: 1 })).toEqual({
      makespan: 22,
      nodeSeconds: 44,
      arrays: [{ name: "one", begin: 0, end: 22 }],
    });
    expect(() => simulate(all, { nodes: 0 })).toThrow("found 0 nodes");
  });
});

test("dealt() gives every item to one part, as --share does", () => {
  expect(dealt([1, 2, 3, 4, 5], 2)).toEqual([1 + 3 + 5, 2 + 4]);
  fc.assert(
    fc.property(seconds, nodeCount, (items, parts) => {
      const parted = dealt(items, parts);
      expect(parted).toHaveLength(Math.min(items.length, parts));
      expect(sum(parted)).toBe(sum(items));
    }),
  );
});
