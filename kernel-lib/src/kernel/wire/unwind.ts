import type { AsyncStack } from "./asyncStack.js";
import { SharedFlag, Unwinding } from "./channels.js";
import { unwindName } from "./endMainThread.js";

/** What the main thread was doing when its JavaScript was ended: a stack as `Error` has it. */
let endedAt = "";

/** Lets the sockets' thread end the main thread's running JavaScript without harm to Node, whose record is `stack`. */
export function offerUnwinding(flags: Int32Array, stack: AsyncStack, isProtected: () => boolean): void {
  Object.defineProperty(globalThis, Symbol.for(unwindName), {
    value: () => {
      if (isProtected() || callers() === 0) return false;
      endedAt = new Error().stack ?? "";
      stack.loosen();
      return awaitEnd(flags);
    },
  });
}

/** Milliseconds after which the main thread goes on when the sockets' thread does not see that it is ready. */
const endPatience = 5000;

/** Waits until the end is on its way; says false, and makes that true, when it does not come. */
function awaitEnd(flags: Int32Array): boolean {
  const index = SharedFlag.Unwinding;
  Atomics.store(flags, index, Unwinding.Ready);
  Atomics.wait(flags, index, Unwinding.Ready, endPatience);
  const before = Atomics.compareExchange(flags, index, Unwinding.Ready, Unwinding.None);
  if ((before as Unwinding) === Unwinding.Ready) return false;
  Atomics.wait(flags, index, Unwinding.Seen);
  return true;
}

/** How many functions were running when the sockets' thread asked. */
function callers(): number {
  // As it is, whosever it is: it is put back, never called.
  const before = {
    limit: Error.stackTraceLimit,
    prepare: Reflect.get(Error, "prepareStackTrace") as unknown,
  };
  try {
    Error.stackTraceLimit = 10;
    Error.prepareStackTrace = (_, frames) => frames.length;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callers);
    // Without the function that was asked, and the asking itself.
    return (holder.stack as number) - 2;
  } finally {
    Error.stackTraceLimit = before.limit;
    Reflect.set(Error, "prepareStackTrace", before.prepare);
  }
}

/** The stack of what was ended last; each is given once. */
export function takeEndedStack(): string {
  const stack = endedAt;
  endedAt = "";
  return stack;
}
