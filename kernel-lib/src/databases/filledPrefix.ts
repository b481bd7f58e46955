/** How far a patch file is filled without a gap, so that it can be read while workers still fill it. */
export interface FilledPrefix {
  /** These patches are there now. */
  mark(numbers: Iterable<number>): void;
  /** No more will come; whoever waits, or waits later for what is not there, gets the error. */
  fail(error: unknown): void;
  /** Settles when the first `count` patches are there. */
  reach(count: number): Promise<void>;
}

/** Counts the first patches that are there, of `total`. */
export function filledPrefix(total: number): FilledPrefix {
  const there = new Uint8Array(total);
  let length = 0;
  let failure: { error: unknown } | undefined;
  let waiting: { count: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  return {
    mark(numbers) {
      for (const number of numbers) there[number] = 1;
      while (length < total && there[length] === 1) length++;
      const served = waiting.filter(({ count }) => count <= length);
      waiting = waiting.filter(({ count }) => count > length);
      for (const { resolve } of served) resolve();
    },
    fail(error) {
      failure = { error };
      for (const { reject } of waiting) reject(error);
      waiting = [];
    },
    async reach(count) {
      if (count <= length) return;
      if (failure) throw failure.error;
      await new Promise<void>((resolve, reject) => waiting.push({ count, resolve, reject }));
    },
  };
}
