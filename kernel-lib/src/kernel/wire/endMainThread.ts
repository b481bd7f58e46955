import { Session } from "node:inspector";

/** The name under which the main thread offers `unwind` to whoever ends its running JavaScript. */
export const unwindName = "histobook.kernel.unwind";

/**
 * Ends the JavaScript that the main thread is running, whatever it is, and leaves its state alone.
 *
 * V8's own way: no `catch` sees it, and what stood in the microtask queue is dropped with it. Node keeps a stack of
 * who called whom (async hooks), which V8 does not unwind and which Node checks afterwards, so the thread first
 * runs `unwind`.
 */
export async function endMainThread(): Promise<void> {
  const session = new Session();
  session.connectToMainThread();
  try {
    await new Promise<void>((done) => {
      session.post("Runtime.evaluate", { expression: `globalThis[Symbol.for("${unwindName}")]()` }, () => {});
      session.post("Runtime.terminateExecution", () => done());
    });
  } finally {
    // A session that stays connected would hold up the process' end.
    session.disconnect();
  }
}
