import type { Contents } from "@jupyterlab/services";
import {
  checkManifest,
  emptyManifest,
  pairImages,
  stepStatuses,
  type Manifest,
  type StepStatus,
} from "histobook/status";
import { isFolder, type FolderMemory } from "./folder-memory.js";

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
  const inside = entries.filter((entry) => isFolder(entry) && !entry.name.startsWith("."));
  const found = await Promise.all(
    inside.map(async (entry) => isStudy(await memory.below(entry).catch(() => []))),
  );
  return inside.filter((_, i) => found[i]).map(({ path }) => path);
}

function isStudy(entries: readonly Contents.IModel[]): boolean {
  return entries.some((entry) => entry.name === manifestName && !isFolder(entry));
}

/**
 * Reads what a study's folder says of itself, without a kernel: its manifest, and which files are there.
 *
 * @throws StudyError when the manifest can't be read.
 */
export async function readStudy(memory: FolderMemory, path: string): Promise<StudyView> {
  const top = await memory.list(path);
  const files = new Map<string, number>();
  const add = (entries: readonly Contents.IModel[], folder: string): void => {
    for (const { name, type, size } of entries)
      files.set(`${folder}${name}`, type === "directory" ? 0 : (size ?? 0));
  };
  add(top, "");
  await Promise.all(
    // Single patches are left out: there may be a million of them.
    top
      .filter((entry) => isFolder(entry) && /^(images|models|out|DB_.*)$/.test(entry.name))
      .map(async (entry) => {
        const { name, path } = entry;
        // Maps are in folders of their own, one a fold.
        const entries = await (name === "out" ? memory.list(path) : memory.below(entry));
        add(entries, `${name}/`);
        if (name !== "out") return;
        for (const fold of await Promise.all(
          entries.filter(isFolder).map(async (one) => ({ one, maps: await memory.below(one) })),
        ))
          add(fold.maps, `out/${fold.one.name}/`);
      }),
  );
  const inImages = [...files.keys()].filter((file) => file.startsWith("images/"));
  const { cases, problems } = pairImages(inImages.map((file) => file.slice("images/".length)));
  const manifest = top.find(({ name }) => name === manifestName);
  const images = cases.filter(({ mask }) => mask !== null).map(({ name }) => name);
  return {
    path,
    images: cases.length,
    problems: problems.map(({ file, reason }) => `${file}: ${reason}`),
    steps: stepStatuses(manifest ? await readManifest(memory, manifest) : emptyManifest, { files, images }),
  };
}

function readManifest(memory: FolderMemory, entry: Contents.IModel): Promise<Manifest> {
  return memory.file(entry, (text) => {
    const checked = checkManifest(parsed(text));
    if (checked.ok) return checked.payload;
    throw new StudyError(
      `${entry.path}: found a file that is no manifest of this version, expected histobook's own.`,
    );
  });
}

/** What a JSON text says; undefined, which no manifest is, for any other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
