import type { Command } from "commander";
import { studyStatus } from "../pipeline/index.js";
import { openStudy, type StepStatus } from "../study/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook status STUDY` */
export function statusCommand(): Command {
  return newCommand("status", "say which steps are done, which are missing, and which are stale and why")
    .argument("<study>", "the study folder")
    .action((directory: string, options: { json?: boolean }) =>
      perform(options, () => {
        const steps = studyStatus(openStudy(directory));
        return Promise.resolve({ data: { steps }, lines: steps.flatMap(statusLines) });
      }),
    );
}

function statusLines({ step, name, state, made, of, unit, notes }: StepStatus): string[] {
  const amount = of === null ? "" : `, ${made} of ${of} ${unit}`;
  return [`Step ${step}, ${name}: ${state}${amount}.`, ...notes.map((note) => `  ${note}`)];
}
