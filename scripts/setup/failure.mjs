// A set-up that cannot go on says so in one sentence: what was found, what was expected, what to type.
import { relative } from "node:path";
import { repository } from "./paths.mjs";

export class SetupFailure extends Error {
  /** @param {{subject: string, found: string, expected: string, fix: string, log?: string}} parts */
  constructor({ subject, found, expected, fix, log }) {
    const where = log ? ` (all it printed: ${relative(repository, log)})` : "";
    super(`${subject}: found ${found}, expected ${expected}; ${fix}${where}.`);
    this.name = "SetupFailure";
  }
}

/** Prints the failure (a stack only for what nobody foresaw) and returns the exit status. */
export function reportFailure(error) {
  process.stderr.write(`\n${error instanceof SetupFailure ? error.message : (error?.stack ?? error)}\n`);
  return 1;
}
