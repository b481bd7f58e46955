import { Command, CommanderError } from "commander";
import { version } from "../version.js";
import { exitStatus } from "./command.js";
import { databasesCommand } from "./databases.js";
import { doctorCommand } from "./doctor.js";
import { evaluateCommand } from "./evaluate.js";
import { exportCommand } from "./export.js";
import { fetchCommand } from "./fetch.js";
import { foldsCommand } from "./folds.js";
import { helpCommand } from "./help.js";
import { importCommand } from "./import.js";
import { inspectCommand } from "./inspect.js";
import { jobsCommand } from "./jobs.js";
import { kernelCommand } from "./kernel.js";
import { outputCommand } from "./output.js";
import { patchesCommand } from "./patches.js";
import { recordCommand } from "./record.js";
import { runCommand } from "./run.js";
import { sampleCommand } from "./sample.js";
import { statusCommand } from "./status.js";
import { thresholdCommand } from "./threshold.js";
import { trainCommand } from "./train.js";

/** The `histobook` command with all of its commands; it throws where commander would end the process. */
export function histobookProgram(): Command {
  const program = new Command("histobook")
    .description("Epithelium segmentation on H&E images: the five steps of the tutorial")
    .version(version)
    .showHelpAfterError("(--help shows the options)");
  const commands = [
    sampleCommand(),
    fetchCommand(),
    importCommand(),
    patchesCommand(),
    foldsCommand(),
    databasesCommand(),
    trainCommand(),
    outputCommand(),
    thresholdCommand(),
    evaluateCommand(),
    exportCommand(),
    runCommand(),
    recordCommand(),
    jobsCommand(),
    statusCommand(),
    inspectCommand(),
    kernelCommand(),
    doctorCommand(),
    helpCommand(program),
  ];
  program.helpCommand(false);
  for (const command of commands) program.addCommand(command.exitOverride());
  return program.exitOverride();
}

/** Runs the `histobook` command; sets the process' exit status (0 done, 1 failed, 2 wrong usage, 3 some skipped). */
export async function main(argv: string[]): Promise<void> {
  try {
    await histobookProgram().parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has written its sentence already; help and version end well.
    process.exitCode = error.exitCode === 0 ? exitStatus.done : exitStatus.wrongUsage;
  }
}
