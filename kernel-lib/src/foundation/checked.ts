/** One thing that is wrong with data, in words short enough for an error's sentence. */
export interface Problem {
  /** Where it stands in the data, e.g. `threshold`, or the name of the whole. */
  where: string;
  found: string;
  expected: string;
}

/** Data that fit their schema, or what is wrong with them. */
export type Check<Data> = { ok: true; payload: Data } | { ok: false; problems: readonly Problem[] };
