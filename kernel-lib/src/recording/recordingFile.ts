import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import * as z from "zod/mini";
import { checkAgainst } from "../foundation/check.js";
import { HistobookError, messageOf, writeWholeFile } from "../foundation/index.js";
import { checkManifest, manifestName, type Manifest } from "../study/index.js";

/** What a recording says of itself. */
export interface RecordingOrigin {
  format: "histobook-recording";
  version: 1;
  /** The version of histobook that computed it. */
  histobook: string;
  /** The machine, in words. */
  machine: string;
  /** The day on which it was packed, e.g. `2026-11-26`. */
  day: string;
}

/** A finished study's results that travel: what was made from what, and the small files, by their paths in the study. */
export interface Recording {
  origin: RecordingOrigin;
  manifest: Manifest;
  files: ReadonlyMap<string, Uint8Array>;
}

const originName = "recording.json";

/** More than the models and maps of any study that is small enough for a course. */
const mostBytes = 500e6;

const originSchema: z.ZodMiniType<RecordingOrigin> = z.object({
  format: z.literal("histobook-recording"),
  version: z.literal(1),
  histobook: z.string().check(z.maxLength(40)),
  machine: z.string().check(z.maxLength(200)),
  day: z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/, { error: "a day such as 2026-11-26" })),
});

/** Writes a recording as a `.tgz`; the same content gives the same bytes. */
export async function writeRecording(path: string, { origin, manifest, files }: Recording): Promise<void> {
  const { pack: newPack } = await import("tar-stream");
  const pack = newPack();
  const add = (name: string, content: string | Uint8Array): void => {
    pack.entry({ name, mtime: new Date(0), mode: 0o644 }, Buffer.from(content));
  };
  add(originName, JSON.stringify(origin, null, 1) + "\n");
  add(manifestName, JSON.stringify(manifest, null, 1) + "\n");
  for (const name of [...files.keys()].sort()) add(name, files.get(name)!);
  pack.finalize();
  const blocks: Buffer[] = [];
  for await (const block of pack) blocks.push(block);
  writeWholeFile(path, await promisify(gzip)(Buffer.concat(blocks)));
}

/**
 * Reads a recording whole.
 *
 * @throws HistobookError `BadInput` when it is no recording of this version, or larger than any should be.
 */
export async function readRecording(path: string): Promise<Recording> {
  const files = await unpacked(path);
  const parsed = (name: string): unknown => {
    try {
      return JSON.parse(Buffer.from(files.get(name) ?? []).toString("utf8"));
    } catch {
      return undefined;
    }
  };
  const origin = checkAgainst(originSchema, parsed(originName), originName);
  if (!origin.ok) throw badRecording(path, problemWords(origin.problems[0]));
  const manifest = checkManifest(parsed(manifestName));
  if (!manifest.ok) throw badRecording(path, problemWords(manifest.problems[0]));
  return { origin: origin.payload, manifest: manifest.payload, files };
}

function problemWords({
  where,
  found,
  expected,
}: {
  where: string;
  found: string;
  expected: string;
}): string {
  return `'${where}' with ${found} in place of ${expected}`;
}

async function unpacked(path: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  try {
    const bytes = await promisify(gunzip)(readFileSync(path), { maxOutputLength: mostBytes });
    const { extract: newExtract } = await import("tar-stream");
    const extract = newExtract();
    extract.end(bytes);
    for await (const entry of extract) {
      const { name, type } = entry.header;
      const blocks: Buffer[] = [];
      for await (const block of entry) blocks.push(block);
      if (type === "file") files.set(name, Buffer.concat(blocks));
    }
  } catch (error) {
    throw badRecording(path, messageOf(error), error);
  }
  return files;
}

function badRecording(path: string, found: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    found: `no recording (${found})`,
    expected: "a file that 'histobook record' of this version has written",
    fix: "record the study again, or work without the recording",
    cause,
  });
}
