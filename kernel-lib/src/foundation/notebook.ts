/**
 * What the library knows of the notebook kernel that it runs in: one small interface, which the kernel provides and which
 * a stock tslab kernel, a script and a worker thread don't have.
 */

/** An output's forms by MIME type; binary ones as bytes or as base64. */
export type MimeData = Record<string, unknown>;

/** How an output is shown. */
export interface DisplayOptions {
  metadata?: Record<string, unknown>;
  /** Names the output, so that it can be replaced later. */
  id?: string;
  /** Replaces the outputs of this id, wherever they are, in place of adding one. */
  update?: boolean;
}

/** Binary parts and metadata that travel with a comm's data. */
export interface CommExtras {
  metadata?: Record<string, unknown>;
  buffers?: readonly Uint8Array[];
}

/** A message that came over a comm. */
export interface CommMessage {
  data: unknown;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

/** A line to something in the front end, e.g. a display; both ends can speak at any time. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  /** Sends to the other end. */
  send(data: unknown, extras?: CommExtras): void;
  /** Ends the line; the other end is told. */
  close(data?: unknown, extras?: CommExtras): void;
  /** Takes what the other end sends; a new handler replaces the old one. */
  onMessage(handler: (message: CommMessage) => unknown): void;
  /** Called once when the other end closes. */
  onClose(handler: (message: CommMessage) => unknown): void;
}

/** Called when a front end opens a comm. */
export type CommTarget = (comm: Comm, message: CommMessage) => unknown;

/** The running kernel. */
export interface NotebookKernel {
  /** Shows an output in the cell that started the calling work. */
  show(data: MimeData, options: DisplayOptions): void;
  /** Keeps the calling cell open until the work is done. */
  await(work: Promise<void>): void;
  clear(wait: boolean): void;
  /** The calling cell's signal; undefined when no cell has started the calling work. */
  signal(): AbortSignal | undefined;
  ask(question: string, password: boolean): Promise<string>;
  registerCommTarget(name: string, target: CommTarget): void;
  openComm(target: string, data: unknown, extras: CommExtras): Comm;
}

const kernelKey = Symbol.for("histobook.kernel");

/** The kernel that this process is, if it is one. */
export function notebookKernel(): NotebookKernel | undefined {
  return (globalThis as { [kernelKey]?: NotebookKernel })[kernelKey];
}

/** Called by the kernel itself. */
export function provideNotebookKernel(kernel: NotebookKernel): void {
  Object.defineProperty(globalThis, kernelKey, { value: kernel, configurable: true });
}

/**
 * The signal by which the notebook's "interrupt" button stops the running cell's work; undefined outside of the
 * histobook kernel. The library's steps listen to it by themselves; pass it to your own work, e.g. to `fetch`.
 *
 * @example
 * cellSignal()?.aborted ?? "in no cell"; // => "in no cell"
 */
export function cellSignal(): AbortSignal | undefined {
  return notebookKernel()?.signal();
}
