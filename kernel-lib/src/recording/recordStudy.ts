import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path/posix";
import { join as joinHere } from "node:path";
import { HistobookError } from "../foundation/index.js";
import { pictureName, readManifest, trainingLogName, type Study } from "../study/index.js";
import { version } from "../version.js";
import { writeRecording } from "./recordingFile.js";

/** What was packed. */
export interface RecordedStudy {
  file: string;
  /** The folds whose networks it holds. */
  folds: number[];
  /** How many images' maps. */
  maps: number;
}

/**
 * Packs the small results of a study into one file: networks, their curves, maps. Where time or hardware is short, `train`,
 * `trainAndShow` and `output` take them from there (`replay`), provided that images, lists, databases and options are the same.
 *
 * @param file the recording to write, e.g. `epithelium.recording.tgz`
 * @throws HistobookError `MissingStep` when no fold has been trained, `BadInput` when the file can't be written.
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * const { folds, maps } = await recordStudy(study, "study.recording.tgz");
 * [folds, maps]; // => [[1], 0]
 */
export async function recordStudy({ directory }: Study, file: string): Promise<RecordedStudy> {
  const manifest = readManifest(directory);
  const files = new Map<string, Uint8Array>();
  const take = (name: string): void => void files.set(name, readFileSync(joinHere(directory, name)));
  const isThere = (name: string): boolean => existsSync(joinHere(directory, name));
  const models = Object.entries(manifest.models).filter(([, { file: model }]) => isThere(model));
  const maps = Object.entries(manifest.maps).filter(([path]) => picturesOf(path).every(isThere));
  if (models.length === 0) throw nothingTrained(directory);
  for (const [fold, model] of models) {
    take(model.file);
    const log = trainingLogName(Number(fold));
    if (isThere(log)) files.set(log, withoutSnapshots(readFileSync(joinHere(directory, log), "utf8")));
  }
  for (const [path] of maps) picturesOf(path).forEach(take);
  await writeRecording(file, {
    origin: {
      format: "histobook-recording",
      version: 1,
      histobook: version,
      machine: machine(),
      day: today(),
    },
    manifest: { ...manifest, models: Object.fromEntries(models), maps: Object.fromEntries(maps) },
    files,
  });
  return { file, folds: models.map(([fold]) => Number(fold)), maps: maps.length };
}

/** The pictures of a map, from its path in the manifest: `out/1/8918_00007`. */
export function picturesOf(path: string): string[] {
  const name = path.split("/").at(-1) ?? path;
  return (["prob", "class"] as const).map((kind) => join(dirname(path), pictureName(name, kind)));
}

/** A log's curves without the snapshots, which stay behind. */
function withoutSnapshots(log: string): Uint8Array {
  const lines = log.split("\n").filter((line) => !line.startsWith('{"kind":"snapshot"'));
  return Buffer.from(lines.join("\n"));
}

function machine(): string {
  const [processor] = cpus();
  return `${processor?.model.trim() ?? "a processor"}, ${cpus().length} cores`.slice(0, 200);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function nothingTrained(directory: string): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found: "no trained network",
    expected: "results to record",
    fix: `run 'histobook train ${directory}' first`,
  });
}
