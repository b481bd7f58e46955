import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { HistobookError, plainText, readTextFile } from "../foundation/index.js";
import { quoted } from "./quote.js";
import { resourceLines, type ClusterOptions } from "./resources.js";
import type { SchedulerName } from "./scheduler.js";

/** What one task of an array does besides the command that all have. */
export interface ClusterTask {
  /** Names the task for people, e.g. `fold 3`. */
  label: string;
  /** Its own arguments, e.g. `--fold 3`. */
  args: string[];
  /** Fingerprint of what it makes, so that the same work is not handed over twice. */
  key: string;
}

/** What is filled into a template. */
export interface ScriptContent {
  /** Absolute path of the study. */
  study: string;
  /** The step, e.g. `train`. */
  step: string;
  /** The job's folder, relative to the study. */
  folder: string;
  /** The program and the arguments that all tasks share. */
  command: readonly string[];
  tasks: readonly ClusterTask[];
}

/** The folder, inside the study, of templates and jobs. */
export const clusterFolder = "cluster";

/** Seconds before a time limit at which work under PBS is stopped. */
const warning = 180;

/** The study's own template, relative to it. */
export function templateName(scheduler: SchedulerName): string {
  return `${clusterFolder}/${scheduler}.sh`;
}

/** The template that histobook brings along. */
export function builtInTemplate(scheduler: SchedulerName): string {
  return readFileSync(join(__dirname, "..", "..", clusterFolder, `${scheduler}.sh`), "utf8");
}

/**
 * The template that a study's jobs are made from: the one that was named, else the study's own, else the built-in one.
 *
 * @throws HistobookError `BadInput` for a named one that can't be read.
 */
export function readTemplate(study: string, scheduler: SchedulerName, named?: string): string {
  const own = join(study, templateName(scheduler));
  const path = named === undefined ? own : resolve(named);
  if (named === undefined && !existsSync(own)) return builtInTemplate(scheduler);
  try {
    return readTextFile(path);
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: path,
      topic: "cluster",
      found: "no readable file",
      expected: "a template of a job's script",
      fix: "check the path, or leave --template out to have the one that comes with histobook",
      cause: error,
    });
  }
}

/**
 * Fills a template in.
 *
 * @throws HistobookError `BadInput` for a template with a name in double braces that means nothing, or without the work.
 */
export function fillScript(
  template: string,
  scheduler: SchedulerName,
  content: ScriptContent,
  options: ClusterOptions,
): string {
  const { study, step, folder, command, tasks } = content;
  const throttle = options.atOnce === undefined ? "" : `%${options.atOnce}`;
  const values: Record<string, string | undefined> = {
    name: `histobook-${step}`,
    array: `1-${tasks.length}${throttle}`,
    log: `${folder}/%a.log`,
    jobs: folder,
    study: quoted(study),
    tasks: tasks
      .map(
        ({ label, args }, i) =>
          `  ${i + 1}) arguments=(${args.map(quoted).join(" ")}) ;; # ${plainText(label)}`,
      )
      .join("\n"),
    command: command.map(quoted).join(" "),
    resources: resourceLines(scheduler, options).join("\n"),
    setup: options.setup ?? "",
    seconds: secondsBefore(options.time),
  };
  for (const needed of ["tasks", "command"]) {
    if (!template.includes(`{{${needed}}}`))
      throw badTemplate(scheduler, `no {{${needed}}}`, `{{${needed}}}`);
  }
  // A line of its own that has nothing to say is left out.
  return template.replace(/^\{\{(\w+)\}\}\n|\{\{(\w+)\}\}/gm, (_, line?: string, inside?: string) => {
    const name = (line ?? inside)!;
    const value = values[name];
    if (value === undefined) throw badTemplate(scheduler, `{{${name}}}`, Object.keys(values).join(", "));
    return line === undefined ? value : value === "" ? "" : `${value}\n`;
  });
}

/** The seconds after which work under PBS is stopped, for a time limit such as 24:00:00; empty without one. */
function secondsBefore(time: string | undefined): string {
  if (time === undefined) return "";
  const seconds = time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number.isFinite(seconds) ? String(Math.max(Math.ceil(seconds / 2), seconds - warning)) : "";
}

function badTemplate(scheduler: SchedulerName, found: string, expected: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: `the template ${templateName(scheduler)}`,
    topic: "cluster",
    found,
    expected,
    fix: "correct it, or remove it to have the one that comes with histobook",
  });
}
