/** A small study with all steps done, which each case gets a copy of. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../cli/command.js";
import { newSmallStudy } from "../training/smallStudy.js";

/** The commands that make it, so that a case can run one again without a change. */
const steps: [string, ...string[]][] = [
  ["patches", "--scale", "1", "--per-image", "6"],
  ["folds", "--folds", "2", "--validation", "0.5"],
  ["databases"],
  ["train", "--iterations", "2", "--batch", "8", "--snapshot-every", "2"],
  ["output", "--stride", "8"],
  ["threshold"],
];

/** @returns the study's folder */
export async function finishedStudy(): Promise<string> {
  const { directory } = await newSmallStudy();
  for (const [step, ...options] of steps) {
    const { status, errors } = await run([step, directory, ...options]);
    if (status !== 0) throw new Error(`${step} ended with ${status}: ${errors}`);
  }
  return directory;
}

/** What lies beside a case's study: a folder of other files, and one file. */
export function neighbours(folder: string): void {
  mkdirSync(join(folder, "others"));
  writeFileSync(join(folder, "others", "note.txt"), "mine");
  writeFileSync(join(folder, "file"), "text");
}
