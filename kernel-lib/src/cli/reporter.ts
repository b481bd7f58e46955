import { SingleBar } from "cli-progress";
import {
  helpCommand,
  isHistobookError,
  messageOf,
  plainText,
  type ProgressEvent,
  type Skipped,
  type StepEvent,
} from "../foundation/index.js";

/** Where a command's words go: JSON lines for programs, a bar and sentences for people. */
export interface Reporter {
  /** Passed to the steps. */
  report: (event: StepEvent) => void;
  /** The command's outcome: data for programs, lines for people. */
  result: (data: object, lines: string[]) => void;
  /** Something that only programs want to know as it happens. */
  event: (event: object) => void;
  skipped: (all: Skipped[]) => void;
  error: (error: unknown) => void;
}

/** One JSON object a line on standard output. */
export function jsonReporter(): Reporter {
  const write = (event: object): void => void process.stdout.write(JSON.stringify(event) + "\n");
  return {
    report: write,
    event: write,
    result: (data) => write({ event: "result", ...data }),
    skipped: (all) =>
      all.forEach(({ file, reason, topic }) =>
        write({ event: "warning", step: "skipped", file, message: reason, topic }),
      ),
    error: (error) =>
      write({
        event: "error",
        code: isHistobookError(error) ? error.code : "Unexpected",
        message: messageOf(error),
        ...(isHistobookError(error) && { topic: error.topic, parts: error.parts }),
      }),
  };
}

/** Sentences; progress as a bar on a terminal, else as a line now and then. */
export function textReporter(): Reporter {
  const progress = process.stderr.isTTY ? progressBar() : progressLines();
  const noted = new Set<string>();
  return {
    report(event) {
      if (event.event === "progress") progress.show(event);
      else if (!noted.has(event.message)) {
        // Several steps may say the same, e.g. why an engine is passed over.
        noted.add(event.message);
        progress.end();
        process.stderr.write(`Note: ${plainText(event.message)}\n`);
      }
    },
    event() {},
    result(_, lines) {
      progress.end();
      for (const line of lines) process.stdout.write(line + "\n");
    },
    skipped(all) {
      progress.end();
      for (const { reason } of all) process.stderr.write(`Skipped: ${plainText(reason)}\n`);
      const topics = all.flatMap(({ topic }) => topic ?? []);
      if (topics.length > 0) process.stderr.write(`More: ${helpCommand(topics)}\n`);
    },
    error(error) {
      progress.end();
      const known = isHistobookError(error);
      // A sentence for what we foresaw; for a bug the stack, which its report needs.
      const text = known || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message);
      process.stderr.write(`Error: ${text}\n`);
      if (known) process.stderr.write(`More: ${error.help}\n`);
    },
  };
}

interface ProgressDisplay {
  show(event: ProgressEvent): void;
  end(): void;
}

function progressBar(): ProgressDisplay {
  let bar: SingleBar | undefined;
  let step = "";
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show({ step: name, done, total, unit, detail: said = "" }) {
      const detail = plainText(said);
      if (!bar || step !== name) {
        end();
        step = name;
        const format = `${name} [{bar}] {value}/{total} ${unit} | {eta_formatted} left | {detail}`;
        bar = new SingleBar({ format, hideCursor: true, etaBuffer: 50 });
        bar.start(total, done, { detail });
      }
      bar.setTotal(total);
      bar.update(done, { detail });
    },
    end,
  };
}

/** Milliseconds between two lines of one step. */
const linePause = 5000;

function progressLines(): ProgressDisplay {
  let last = { step: "", at: 0 };
  return {
    show({ step, done, total, unit, detail }) {
      const now = Date.now();
      if (step === last.step && now - last.at < linePause) return;
      last = { step, at: now };
      process.stderr.write(
        `${step}: ${done} of ${total} ${unit}${detail ? ` (${plainText(detail)})` : ""}\n`,
      );
    },
    end() {},
  };
}
