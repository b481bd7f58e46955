import { PathExt } from "@jupyterlab/coreutils";
import type { Contents } from "@jupyterlab/services";
import {
  checkManifest,
  emptyManifest,
  pairImages,
  stepStatuses,
  type Manifest,
  type StepStatus,
} from "histobook/status";
import type { FolderMemory } from "./folder-memory.js";

/** The manifest's file name: a folder that has it is a study. */
const manifestName = "histobook.json";

/** A study as its folder shows it. */
export interface StudyView {
  /** Its folder's path. */
  readonly path: string;
  readonly images: number;
  /** Files in images/ that can't be used: "NAME: reason". */
  readonly problems: readonly string[];
  readonly steps: readonly StepStatus[];
}

/** A study's folder that can't be shown, and why. */
export class StudyError extends Error {
  override name = "StudyError";
}

/** The studies in a folder: itself, or folders directly in it. */
export async function findStudies(memory: FolderMemory, folder: string): Promise<string[]> {
  const entries = await memory.list(folder);
  if (isStudy(entries)) return [folder];
  const studies: string[] = [];
  for (const { name, path, type } of entries) {
    if (type !== "directory" || name.startsWith(".")) continue;
    if (isStudy(await memory.list(path).catch(() => []))) studies.push(path);
  }
  return studies;
}

function isStudy(entries: readonly Contents.IModel[]): boolean {
  return entries.some(({ name, type }) => name === manifestName && type !== "directory");
}

/**
 * Reads what a study's folder says of itself, without a kernel: its manifest, and which files are there.
 *
 * @throws StudyError when the manifest can't be read.
 */
export async function readStudy(memory: FolderMemory, path: string): Promise<StudyView> {
  const files = new Map<string, number>();
  const visit = async (folder: string, deeper: (name: string) => boolean): Promise<void> => {
    const below: Promise<void>[] = [];
    for (const { name, type, size } of await memory.list(PathExt.join(path, folder))) {
      const inside = folder === "" ? name : `${folder}/${name}`;
      files.set(inside, type === "directory" ? 0 : (size ?? 0));
      if (type === "directory" && deeper(name)) below.push(visit(inside, () => true));
    }
    await Promise.all(below);
  };
  // Single patches are left out: there may be a hundred thousand of them.
  await visit("", (name) => /^(images|models|out|DB_.*)$/.test(name));
  const inImages = [...files.keys()].filter((file) => file.startsWith("images/"));
  const { cases, problems } = pairImages(inImages.map((file) => file.slice("images/".length)));
  const manifest = files.has(manifestName)
    ? await readManifest(memory, PathExt.join(path, manifestName))
    : emptyManifest;
  const images = cases.filter(({ mask }) => mask !== null).map(({ name }) => name);
  return {
    path,
    images: cases.length,
    problems: problems.map(({ file, reason }) => `${file}: ${reason}`),
    steps: stepStatuses(manifest, { files, images }),
  };
}

async function readManifest(memory: FolderMemory, path: string): Promise<Manifest> {
  const checked = checkManifest(parsed(await memory.text(path)));
  if (checked.ok) return checked.payload;
  throw new StudyError(
    `${path}: found a file that is no manifest of this version, expected histobook's own.`,
  );
}

/** What a JSON text says; undefined, which no manifest is, for any other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
