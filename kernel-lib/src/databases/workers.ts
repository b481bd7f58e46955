import type { Piscina } from "piscina";

/** How long threads wait for more work, in milliseconds; they never keep a process from ending. */
const patience = 5000;

const pools = new Map<number, Piscina>();

/**
 * So many worker threads for step 3, the same ones each time: to start a thread takes as long as to read thousands of
 * patches, and folds are often made one after another.
 */
export async function fillWorkers(count: number): Promise<Piscina> {
  const { Piscina } = await import("piscina");
  let pool = pools.get(count);
  if (!pool) {
    pool = new Piscina({
      minThreads: 0,
      maxThreads: count,
      idleTimeout: patience,
      // It would make each opening of a file slower; the workers close their files themselves.
      trackUnmanagedFds: false,
    });
    pools.set(count, pool);
  }
  return pool;
}

/** Lets go of threads of which one has ended: the next step gets new ones. */
export function forgetWorkers(pool: Piscina): void {
  for (const [count, one] of pools) if (one === pool) pools.delete(count);
}
