import type { Message } from "../wire/message.js";
import type { Wire } from "../wire/wire.js";

/** Tells front ends for which of their messages the kernel is at work. */
export class Statuses {
  /** The request for the cell that runs. */
  private cell?: Message;

  constructor(private readonly wire: Wire) {}

  busy(message: Message): void {
    this.publish("busy", message);
  }

  idle(message: Message): void {
    this.publish("idle", message);
    // A front end shows the newest status as the kernel's: while a cell runs, that is "busy".
    if (this.cell) this.publish("busy", this.cell);
  }

  /** A cell begins. */
  beginCell(message: Message): void {
    this.publish("busy", message);
    this.cell = message;
  }

  /** The cell has ended. */
  endCell(message: Message): void {
    this.cell = undefined;
    this.publish("idle", message);
  }

  private publish(state: "busy" | "idle", { header }: Message): void {
    this.wire.publish("status", { execution_state: state }, header);
  }
}
