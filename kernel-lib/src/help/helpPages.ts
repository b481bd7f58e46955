import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HelpTopic } from "../foundation/index.js";

/** One kind of bad input: what histobook says of it, and what is behind it. */
export interface HelpEntry {
  /** What is wrong, as the heading of its place on the page. */
  kind: string;
  /** The command that meets it; STUDY is a study's folder, FOLDER one beside it. */
  run: string;
  /** With which the command ends: 1 failed, 2 wrong usage, 3 done, but some inputs were skipped. */
  status: 1 | 2 | 3;
  /** The exact sentence. */
  message: string;
  /** How it comes about, and how to mend it. */
  why: string;
  /** Beginnings of the paths in the study that the command may rightly change, since others of its inputs are good. */
  changes?: string[];
}

/** A section of the troubleshooting page. */
export interface HelpPage {
  topic: HelpTopic;
  about: string;
  entries: HelpEntry[];
}

/** All sections, in their order: the same file makes docs/troubleshooting.md and is what the tests of bad input run. */
export function readHelpPages(): HelpPage[] {
  return JSON.parse(readFileSync(join(__dirname, "..", "..", "help", "messages.json"), "utf8")) as HelpPage[];
}

/**
 * A section as lines for a terminal.
 *
 * @example
 * helpLines({ topic: "masks", about: "White is epithelium.", entries: [] }); // => ["masks: White is epithelium."]
 */
export function helpLines({ topic, about, entries }: HelpPage): string[] {
  return [
    `${topic}: ${about}`,
    ...entries.flatMap(({ kind, message, why }) => ["", `${kind}:`, `  ${message}`, `  ${why}`]),
  ];
}
