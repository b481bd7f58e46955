import { HistobookError } from "../../foundation/index.js";
import type { Message } from "../wire/message.js";
import type { Wire } from "../wire/wire.js";
import type { Activity } from "./activity.js";

/** Questions to the notebook's reader. */
export class Input {
  private answer?: (value: string) => void;

  constructor(private readonly wire: Wire) {}

  /** @throws HistobookError `Unsupported` where nobody can answer. */
  ask(activity: Activity | undefined, question: string, password: boolean): Promise<string> {
    if (!activity?.options.allowStdin) {
      const error = new HistobookError("Unsupported", {
        subject: "prompt()",
        topic: "notebooks",
        found: "a run in which nobody can answer",
        expected: "a notebook that a person runs",
        fix: "set the value in a cell of parameters",
      });
      return Promise.reject(error);
    }
    return new Promise((resolve) => {
      this.answer = resolve;
      this.wire.reply("stdin", activity.parent, "input_request", { prompt: question, password });
    });
  }

  /** Takes an input_reply; one that nobody waits for, after an interrupt, is nobody's. */
  take({ content }: Message): void {
    const { answer } = this;
    this.answer = undefined;
    answer?.(String(content.value));
  }
}
