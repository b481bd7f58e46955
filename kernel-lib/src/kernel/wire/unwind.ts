import { unwindName } from "./endMainThread.js";

/** What the main thread was doing when its JavaScript was ended: a stack as `Error` has it. */
let endedAt = "";

/**
 * Lets the sockets' thread end the main thread's running JavaScript without harm to Node.
 *
 * On Node 20 and 22 the async hooks' stack can be cleared from here. Newer ones have no way to it; they are started
 * with `--no-force-async-hooks-checks` (see bin/kernel.js), so that Node does not check it.
 */
export function offerUnwinding(): void {
  const clear = asyncStackCleaner();
  Object.defineProperty(globalThis, Symbol.for(unwindName), {
    value: () => {
      endedAt = new Error().stack ?? "";
      clear();
    },
  });
}

/** The stack of what was ended last; each is given once. */
export function takeEndedStack(): string {
  const stack = endedAt;
  endedAt = "";
  return stack;
}

function asyncStackCleaner(): () => void {
  const { binding } = process as unknown as {
    binding?: (name: string) => { clearAsyncIdStack?: () => void };
  };
  const { noDeprecation } = process as { noDeprecation?: boolean };
  try {
    // The deprecation is known; there is no other way, and it must not stand in the first cell's output.
    Object.assign(process, { noDeprecation: true });
    const hooks = binding?.call(process, "async_wrap");
    return () => hooks?.clearAsyncIdStack?.();
  } catch {
    return () => {};
  } finally {
    Object.assign(process, { noDeprecation });
  }
}
