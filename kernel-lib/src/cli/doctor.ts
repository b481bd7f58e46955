import type { Command } from "commander";
import { examine } from "../engine/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook doctor` */
export function doctorCommand(): Command {
  return newCommand(
    "doctor",
    "what is installed, which engine would run and why, and how to mend what is missing",
  ).action((options: { json?: boolean }) =>
    perform(options, async () => {
      const report = await examine();
      const lines = report.findings.map(({ name, state, found, fix }) => {
        const mend = fix === null ? "" : ` Mend it: ${fix}`;
        return `${state === "good" ? "ok     " : state === "missing" ? "missing" : "note   "}  ${name}: ${found}.${mend}`;
      });
      return { data: { ...report }, lines };
    }),
  );
}
