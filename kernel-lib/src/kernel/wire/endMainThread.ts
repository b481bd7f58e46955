import { Session } from "node:inspector";

/** The names under which the main thread offers `isComputing` and `unwind` to whoever ends its running JavaScript. */
export const isComputingName = "histobook.kernel.isComputing";
export const unwindName = "histobook.kernel.unwind";

/**
 * Ends the JavaScript that the main thread is running, whatever it is, and leaves its state alone.
 *
 * V8's own way: no `catch` sees it, and what stood in the microtask queue is dropped with it. Node keeps a stack of
 * who called whom (async hooks), which V8 does not unwind and which Node checks afterwards, so the thread first
 * runs `unwind`.
 *
 * A thread that runs nothing, which is late only because the machine is busy, is left alone: what V8 would end then
 * is the next event, such as the interrupt itself.
 *
 * @returns whether something was ended
 */
export async function endMainThread(): Promise<boolean> {
  const session = new Session();
  session.connectToMainThread();
  try {
    const isComputing = await new Promise<boolean>((answer) => {
      session.post("Runtime.evaluate", { expression: callOf(isComputingName) }, (_, reply) =>
        answer(reply?.result.value === true),
      );
    });
    if (!isComputing) return false;
    await new Promise<void>((done) => {
      session.post("Runtime.evaluate", { expression: callOf(unwindName) }, () => {});
      session.post("Runtime.terminateExecution", () => done());
    });
    return true;
  } finally {
    // A session that stays connected would hold up the process' end.
    session.disconnect();
  }
}

function callOf(name: string): string {
  return `globalThis[Symbol.for("${name}")]()`;
}
