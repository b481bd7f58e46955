import type { Kernel, KernelMessage } from "@jupyterlab/services";
import type { JSONValue } from "@lumino/coreutils";
import { checkAgainst, lineReply, lineTarget, type LineCall } from "histobook/payloads";

/** What the kernel answered. */
export interface Answer {
  readonly body: unknown;
  readonly buffers: readonly ArrayBuffer[];
}

/** A view's line to the kernel that made its display. */
export interface Line {
  /** Whether there ever can be a kernel; where there can't, a view offers nothing that needs one. */
  readonly exists: boolean;
  /** Why nothing can reach the kernel at this moment, as a sentence; null when the line is free. */
  obstacle(): string | null;
  /**
   * Calls a function of the display. Call it for something that the user did, never by yourself: a notebook must not
   * set a kernel to work by being looked at.
   *
   * @throws LineError with the kernel's own sentence, or the obstacle's.
   */
  call(name: string, body: unknown): Promise<Answer>;
  dispose(): void;
}

/** A call that was not answered; its message is for the user. */
export class LineError extends Error {
  override name = "LineError";
}

/** What a line must know of where its view stands. */
export interface Place {
  /** From the payload; undefined when it was made where nobody listens. */
  readonly display: string | undefined;
  /** Whether the user trusts the notebook. */
  readonly trusted: boolean;
  /** The notebook's kernel at this moment, if there is one. */
  readonly kernel: () => Kernel.IKernelConnection | null;
  /** Translates a sentence. */
  readonly translate: (sentence: string) => string;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: LineError) => void;
}

/** A line over a Jupyter comm, which is opened by the first call. */
export class KernelLine implements Line {
  readonly exists = true;
  private comm: Kernel.IComm | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private calls = 0;
  private gone = false;

  constructor(private readonly place: Place) {}

  obstacle(): string | null {
    const { display, trusted, kernel, translate } = this.place;
    if (display === undefined) {
      return translate("This display was not made by the kernel “TypeScript (histobook)”: it only shows.");
    }
    if (!trusted) return translate("Trust the notebook to let its displays talk to the kernel.");
    if (kernel() === null) return translate("No kernel is running: start one and run the cell again.");
    if (this.gone) return translate("The kernel that made this display has ended: run the cell again.");
    return null;
  }

  call(name: string, body: unknown): Promise<Answer> {
    const obstacle = this.obstacle();
    if (obstacle !== null) return Promise.reject(new LineError(obstacle));
    const comm = this.open();
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
      comm.send({ call, name, body } satisfies LineCall as unknown as JSONValue);
    });
  }

  dispose(): void {
    this.place.kernel()?.statusChanged.disconnect(this.onStatus);
    if (this.comm && !this.comm.isDisposed) this.comm.close();
    this.comm = undefined;
    this.fail("The display was removed.");
  }

  private open(): Kernel.IComm {
    if (this.comm && !this.comm.isDisposed) return this.comm;
    const kernel = this.place.kernel();
    if (!kernel) throw new LineError("no kernel");
    const comm = kernel.createComm(lineTarget);
    comm.onMsg = (message) => this.take(message);
    comm.onClose = () => this.end();
    comm.open({ display: this.place.display ?? "" });
    kernel.statusChanged.connect(this.onStatus);
    this.comm = comm;
    return comm;
  }

  private take(message: KernelMessage.ICommMsgMsg): void {
    const checked = checkAgainst(lineReply, message.content.data);
    if (!checked.ok) return;
    const reply = checked.payload;
    const waiting = this.waiting.get(reply.call);
    this.waiting.delete(reply.call);
    if ("problem" in reply) waiting?.reject(new LineError(reply.problem));
    else waiting?.resolve({ body: reply.answer, buffers: (message.buffers ?? []).map(wholeBuffer) });
  }

  private readonly onStatus = (_: Kernel.IKernelConnection, status: Kernel.Status): void => {
    if (["restarting", "autorestarting", "dead", "terminating"].includes(status)) this.end();
  };

  /** The kernel has closed the line or has ended: it knows this display no more. */
  private end(): void {
    this.gone = true;
    this.comm = undefined;
    this.fail(this.place.translate("The kernel that made this display has ended: run the cell again."));
  }

  private fail(sentence: string): void {
    for (const { reject } of this.waiting.values()) reject(new LineError(sentence));
    this.waiting.clear();
  }
}

function wholeBuffer(buffer: ArrayBuffer | ArrayBufferView): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  const { byteOffset, byteLength } = buffer;
  return buffer.buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
