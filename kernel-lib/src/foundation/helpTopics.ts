import type { ErrorCode } from "./errorCode.js";

/** The sections of docs/troubleshooting.md, by the thing that was wrong; `histobook help TOPIC` prints one. */
export const helpTopics = [
  "images",
  "masks",
  "annotations",
  "names",
  "folders",
  "manifest",
  "lists",
  "leakage",
  "databases",
  "prototxts",
  "models",
  "means",
  "scale",
  "maps",
  "thresholds",
  "options",
  "steps",
  "archives",
  "downloads",
  "cluster",
  "notebooks",
  "engines",
  "locks",
  "processes",
  "interrupts",
  "files",
] as const;

/** One of the sections; its name is also its anchor on the page. */
export type HelpTopic = (typeof helpTopics)[number];

/** The section of an error that names none. */
export const topicOfCode: Readonly<Record<ErrorCode, HelpTopic>> = {
  BadInput: "files",
  BadOption: "options",
  MissingStep: "steps",
  ScaleMismatch: "scale",
  Leakage: "leakage",
  Locked: "locks",
  NoEngine: "engines",
  NoKernel: "notebooks",
  DownloadFailed: "downloads",
  NoScheduler: "cluster",
  SchedulerRefused: "cluster",
  JobFailed: "cluster",
  ProcessLost: "processes",
  TooLittleMemory: "processes",
  Unsupported: "prototxts",
  Interrupted: "interrupts",
};

/** The command that says more about a failure, for the line below its sentence. */
export function helpCommand(topics: Iterable<HelpTopic>): string {
  return `histobook help ${[...new Set(topics)].sort().join(" ")}`;
}
