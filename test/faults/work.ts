/** The folder in which the steps are done, and what each leaves in it when nothing disturbs it. */
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archiveOf, sha256, tutorialEntries } from "../fetch/archives.js";
import { addCase, asSharp, newFolder, rectangle, tissue } from "../study/pictures.js";
import type { FaultyDisk } from "./faultyDisk.js";
import { start, steps, type Step } from "./steps.js";
import { treeOf, type Tree } from "./tree.js";

const program = join(__dirname, "..", "..", "kernel-lib", "bin", "histobook.js");

/** A work folder: what the steps read and write, and the folder of temporary files that they are given. */
export interface Work {
  root: string;
  temporary: string;
}

/** How a command ended. */
export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  /** The last line of `--json`, as far as there is one. */
  last: { event?: string; code?: string; message?: string };
  errors: string;
  seconds: number;
}

/** A step that nothing has disturbed. */
export interface Undisturbed {
  work: Work;
  before: Tree;
  after: Tree;
  /** Changes on the disk, as `FaultyDisk` counts them; 0 without one. */
  changes: number;
  seconds: number;
}

/** Lies in the folder of temporary files, so that this is never empty. */
export const keptFile = "keep";

/** A work folder with the same files, in a new folder or a given one. */
export function copyOf({ root }: Work, place = newFolder()): Work {
  const copy = emptyWork(place);
  cpSync(root, copy.root, { recursive: true, preserveTimestamps: true });
  return copy;
}

export function removeWork({ root }: Work): void {
  rmSync(root, { recursive: true, force: true });
}

function emptyWork(place = newFolder()): Work {
  const root = join(place, "work");
  const temporary = join(root, "temporary");
  mkdirSync(temporary, { recursive: true });
  writeFileSync(join(temporary, keptFile), "");
  return { root, temporary };
}

/** Images of five patients, one of them twice, an archive, and an image to be mapped in tiles. */
export async function beginning(): Promise<Work> {
  const work = emptyWork();
  const study = join(work.root, "study");
  mkdirSync(join(study, "images"), { recursive: true });
  for (const [index, name] of ["P1_1", "P1_2", "P2_1", "P3_1", "P4_1", "P5_1"].entries()) {
    const mask = rectangle(96, 80, [10 + index, 8, 60 + index, 70]);
    const image = tissue(96, 80, index + 1);
    // Epithelium is brighter, so that there is something to learn.
    mask.data.forEach((inside, i) => {
      for (let c = 0; c < 3; c++) image.data[3 * i + c] = image.data[3 * i + c] / 2 + (inside ? 90 : 10);
    });
    await addCase(study, name, image, mask);
  }
  await asSharp(tissue(300, 200, 9))
    .png()
    .toFile(join(work.root, "slide.png"));
  writeFileSync(join(work.root, "archive.tgz"), await archiveOf(await tutorialEntries()));
  return work;
}

/** What is typed after `histobook` where the archive's checksum is asked for. */
function filledIn(words: readonly string[], { root }: Work): string[] {
  const checksum = (): string => sha256(readFileSync(join(root, "archive.tgz")));
  return words.map((word) => (word === "CHECKSUM" ? checksum() : word));
}

/** How a command is run. */
export interface Surroundings {
  env?: NodeJS.ProcessEnv;
  /** A program that starts it. */
  before?: readonly string[];
  onStart?: (child: ChildProcess) => void;
  onOut?: (text: string, work: Work) => void;
}

/** Runs a step's command in a group of processes of its own. */
export async function type(
  work: Work,
  { folder = ".", command, again = command }: Step,
  which: "command" | "again",
  { env, before = [], onStart, onOut }: Surroundings = {},
): Promise<Ended> {
  const began = performance.now();
  const words = filledIn(which === "again" ? again : command, work);
  const [first, ...rest] = [...before, process.execPath, program, ...words, "--json"];
  const child = spawn(first, rest, {
    cwd: join(work.root, folder),
    env: { ...process.env, TMPDIR: work.temporary, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  onStart?.(child);
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out = (out + String(chunk)).slice(-200_000);
    onOut?.(String(chunk), work);
  });
  child.stderr.on("data", (chunk) => (errors = (errors + String(chunk)).slice(-4000)));
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("close", (...ending) => resolve(ending)),
  );
  const seconds = (performance.now() - began) / 1000;
  return { status, signal, last: lastEvent(out), errors, seconds };
}

function lastEvent(out: string): Ended["last"] {
  const line = out.trimEnd().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Ended["last"];
  } catch {
    return {};
  }
}

/** Does a step where nothing disturbs it. */
export async function undisturbed(
  step: Step,
  from: Work,
  disk: FaultyDisk | undefined,
): Promise<Undisturbed> {
  const work = copyOf(from);
  const before = await treeOf(work.root);
  const ended = await type(work, step, "command", { env: disk?.environment(work.root, "none", 0) });
  if (ended.status !== 0) throw new Error(`${step.name}: ${ended.last.message ?? ended.errors}`);
  const after = await treeOf(work.root);
  return { work, before, after, changes: disk?.changes() ?? 0, seconds: ended.seconds };
}

/** Puts into a work folder what a step needs and no earlier one has made. */
export function prepare({ root }: Work, { name, after }: Step): void {
  if (name !== "train --solver" || after === start) return;
  const models = join(root, "study", "models");
  const solver = readFileSync(join(models, "1-alexnet_solver_ada.prototxt"), "utf8");
  writeFileSync(
    join(models, "own-solver.prototxt"),
    solver.replace(/snapshot_prefix: "[^"]*"/, 'snapshot_prefix: "own"'),
  );
}

/** Steps undisturbed: what each begins with, and how it ends. */
export interface CalmSteps {
  of: (step: Step) => { from: Work; result: Undisturbed };
}

/** Does these steps once where nothing disturbs them, and those that they begin after. */
export async function calmSteps(disk: FaultyDisk | undefined, wanted = steps): Promise<CalmSteps> {
  const needed = new Set(wanted.map(({ name }) => name));
  for (const { name, after } of steps.toReversed()) if (needed.has(name)) needed.add(after);
  const works = new Map([[start, await beginning()]]);
  const results = new Map<string, { from: Work; result: Undisturbed }>();
  for (const step of steps.filter(({ name }) => needed.has(name))) {
    const from = copyOf(works.get(step.after)!);
    prepare(from, step);
    const result = await undisturbed(step, from, disk);
    works.set(step.name, result.work);
    results.set(step.name, { from, result });
  }
  return { of: ({ name }) => results.get(name)! };
}
