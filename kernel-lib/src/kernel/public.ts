/**
 * What a notebook's cells and the library's displays ask of the running kernel. In a stock tslab kernel, which has no
 * comms, no questions and no interrupts, each says so or does what is possible there.
 */
import {
  HistobookError,
  notebookKernel,
  type Comm,
  type CommExtras,
  type CommTarget,
  type NotebookKernel,
} from "../foundation/index.js";

export {
  cellSignal,
  type Comm,
  type CommExtras,
  type CommMessage,
  type CommTarget,
  type DisplayOptions,
} from "../foundation/index.js";

/**
 * Lets something in the front end open a line to this notebook: each time that it does so, `target` is called with the
 * line and the first message.
 *
 * @throws HistobookError `Unsupported` outside of the kernel "TypeScript (histobook)".
 * @example
 * try {
 *   registerCommTarget("echo", (comm) => comm.onMessage(({ data, buffers }) => comm.send(data, { buffers })));
 * } catch (error) {
 *   isHistobookError(error, "Unsupported"); // => true
 * }
 */
export function registerCommTarget(name: string, target: CommTarget): void {
  kernelFor("registerCommTarget()").registerCommTarget(name, target);
}

/**
 * Opens a line to something in the front end that listens under a name.
 *
 * @throws HistobookError `Unsupported` outside of the kernel "TypeScript (histobook)".
 * @example
 * try {
 *   const comm = openComm("counter", { start: 1 });
 *   comm.onMessage(({ data }) => console.log(data));
 *   comm.send({ add: 2 });
 * } catch (error) {
 *   isHistobookError(error, "Unsupported"); // => true
 * }
 */
export function openComm(target: string, data: unknown = {}, extras: CommExtras = {}): Comm {
  return kernelFor("openComm()").openComm(target, data, extras);
}

/**
 * Asks the notebook's reader for a line of text.
 *
 * @param options `password` hides what is typed
 * @throws HistobookError `Unsupported` where nobody can answer: outside of the kernel "TypeScript (histobook)", or in a
 * notebook that a program runs.
 * @example
 * await prompt("Your name? ").catch((error) => isHistobookError(error, "Unsupported")); // => true
 */
export async function prompt(
  question = "",
  { password = false }: { password?: boolean } = {},
): Promise<string> {
  return kernelFor("prompt()").ask(question, password);
}

/**
 * Removes what the cell has shown so far; outside of the kernel "TypeScript (histobook)" it does nothing.
 *
 * @param options `wait` until the next output takes its place, so that nothing flickers
 * @example
 * clearOutput({ wait: true }); // => undefined
 */
export function clearOutput({ wait = false }: { wait?: boolean } = {}): void {
  notebookKernel()?.clear(wait);
}

function kernelFor(subject: string): NotebookKernel {
  const kernel = notebookKernel();
  if (kernel) return kernel;
  throw new HistobookError("Unsupported", {
    subject,
    topic: "notebooks",
    found: "no kernel that can do this",
    expected: 'the notebook kernel "TypeScript (histobook)"',
    fix: "choose it in the notebook's Kernel menu",
  });
}
