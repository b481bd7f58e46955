/** What became of one reader. */
export interface FuzzResult {
  reader: string;
  cases: number;
  refused: number;
  seconds: number;
  /** Milliseconds. */
  slowest: number;
  /** MB at the highest. */
  memory: number;
}
/** See run.mjs. */
export function fuzzReaders(
  names: readonly string[],
  options: { cases: number; seed: number },
): Promise<{ results: FuzzResult[]; failures: { reader: string; hung?: boolean; failure: object }[] }>;
