import { existsSync, statSync } from "node:fs";
import { HistobookError } from "../foundation/index.js";
import type { Manifest } from "../study/index.js";
import { picturesOf } from "./recordStudy.js";
import { readRecording, type Recording } from "./recordingFile.js";

/** The option by which a step takes recorded results. */
export interface ReplayOptions {
  /**
   * A recording (`recordStudy`): what it holds of the same images, lists, databases and options is taken from there, and marked so
   * wherever it is shown; what it does not hold is computed, with a warning. Default the file that the environment variable
   * HISTOBOOK_REPLAY names, else none.
   */
  replay?: string;
}

/** A recording that results are taken from. */
export interface OpenRecording extends Recording {
  path: string;
  /** Where its results come from, as the end of a sentence. */
  words: string;
}

let newest: { path: string; stamp: string; recording: OpenRecording } | undefined;

/**
 * The recording that was asked for, by an option or for a whole room by HISTOBOOK_REPLAY; undefined where none was.
 *
 * @throws HistobookError `BadInput` when it is not there or no recording.
 */
export async function openReplay({ replay }: ReplayOptions): Promise<OpenRecording | undefined> {
  const path = replay ?? process.env.HISTOBOOK_REPLAY ?? "";
  if (path === "") return undefined;
  if (!existsSync(path)) {
    throw new HistobookError("BadInput", {
      subject: path,
      found: "no such file",
      expected: replay === undefined ? "the recording that HISTOBOOK_REPLAY names" : "a recording",
      fix: "name a file that 'histobook record' has written, or work without it",
    });
  }
  const { mtimeMs, size } = statSync(path);
  const stamp = `${mtimeMs} ${size}`;
  if (newest?.path !== path || newest.stamp !== stamp) {
    const recording = await readRecording(path);
    const { day, machine } = recording.origin;
    const words = `computed on ${day} (${machine}) and replayed from ${path}`;
    newest = { path, stamp, recording: { ...recording, path, words } };
  }
  return newest.recording;
}

/** What of a fold's training a recording holds, if it was decided by the same things. */
export function recordedModel(
  { manifest, files, words }: OpenRecording,
  fold: number,
  key: string,
): { record: Manifest["models"][string]; model: Uint8Array } | undefined {
  const record = manifest.models[fold] as Manifest["models"][string] | undefined;
  const model = record && files.get(record.file);
  if (record?.key !== key || !model) return undefined;
  return { record: { ...record, recorded: record.recorded ?? words }, model };
}

/** Why a fold's training is not in the recording, as the end of a sentence. */
export function whyNoModel({ manifest }: OpenRecording, fold: number, databaseKey: string): string {
  const record = manifest.models[fold] as Manifest["models"][string] | undefined;
  if (!record) return `it holds no network of fold ${fold}`;
  return record.from === databaseKey
    ? `its network of fold ${fold} was trained with other options, prototxts or another seed`
    : `its network of fold ${fold} was trained on other images, patches, lists or databases`;
}

/** The pictures of a map that a recording holds, if it was decided by the same things; the order is `picturesOf`'s. */
export function recordedMap(
  { manifest, files, words }: OpenRecording,
  path: string,
  key: string,
): { record: Manifest["maps"][string]; pictures: Uint8Array[] } | undefined {
  const record = manifest.maps[path] as Manifest["maps"][string] | undefined;
  if (record?.key !== key) return undefined;
  const pictures = picturesOf(path).flatMap((picture) => files.get(picture) ?? []);
  if (pictures.length < 2) return undefined;
  return { record: { ...record, recorded: record.recorded ?? words }, pictures };
}
