import { Session } from "node:inspector";
import { setTimeout as sleep } from "node:timers/promises";
import { SharedFlag, Unwinding } from "./channels.js";

/** The name under which the main thread offers `unwind` to whoever ends its running JavaScript. */
export const unwindName = "histobook.kernel.unwind";

/**
 * Ends the JavaScript that the main thread is running, whatever it is, and leaves its state alone.
 *
 * V8's own way: no `catch` sees it, and what stood in the microtask queue is dropped with it. Node keeps a stack of
 * who called whom (async hooks), which V8 does not unwind and which Node checks afterwards, so the thread first
 * runs `unwind`. It then waits there until the end is on its way: were it to run on between the two, even for a moment,
 * Node's stack would grow again, and its check would end the process.
 *
 * A thread that runs nothing, which is late only because the machine is busy, is left alone: what V8 would end then
 * is the next event, such as the interrupt itself.
 *
 * @returns whether something was ended
 */
export async function endMainThread(flags: Int32Array): Promise<boolean> {
  const session = new Session();
  session.connectToMainThread();
  try {
    Atomics.store(flags, SharedFlag.Unwinding, Unwinding.None);
    let ended: boolean | undefined;
    session.post(
      "Runtime.evaluate",
      { expression: `globalThis[Symbol.for("${unwindName}")]()` },
      (_, reply) => (ended = reply?.result.value === true),
    );
    while (ended === undefined) {
      if (isReady(flags)) {
        await new Promise<void>((done) => {
          session.post("Runtime.terminateExecution", () => done());
          Atomics.store(flags, SharedFlag.Unwinding, Unwinding.Posted);
          Atomics.notify(flags, SharedFlag.Unwinding);
        });
        return true;
      }
      await sleep(1);
    }
    return ended;
  } finally {
    // A session that stays connected would hold up the process' end.
    session.disconnect();
  }
}

function isReady(flags: Int32Array): boolean {
  const before = Atomics.compareExchange(flags, SharedFlag.Unwinding, Unwinding.Ready, Unwinding.Seen);
  return (before as Unwinding) === Unwinding.Ready;
}
