import type { StreamText } from "./channels.js";

/** Milliseconds for which text may be held back so that many small writes travel as one message. */
const holdBack = 15;
/** UTF-16 units after which held text is sent in any case. */
const most = 100_000;

/** Joins text that one cell writes to one stream in quick succession. */
export class StreamMerger {
  private held?: StreamText;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly send: (
      content: { name: string; text: string },
      parentHeader: StreamText["parentHeader"],
    ) => void,
  ) {}

  add(added: StreamText): void {
    const { held } = this;
    if (held && held.name === added.name && held.parentHeader.msg_id === added.parentHeader.msg_id)
      held.text += added.text;
    else {
      this.flush();
      this.held = { ...added };
    }
    if (this.held!.text.length > most) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), holdBack);
  }

  /** Sends what is held: other messages must not overtake it. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { held } = this;
    this.held = undefined;
    if (held) this.send({ name: held.name, text: held.text }, held.parentHeader);
  }
}
