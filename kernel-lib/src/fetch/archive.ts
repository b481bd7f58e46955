import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import {
  cannotWrite,
  HistobookError,
  isHistobookError,
  messageOf,
  readingProblem,
  stopIfAborted,
  type RunOptions,
} from "../foundation/index.js";
import { entryPlace } from "./entryPlace.js";
import { requireSpace } from "./space.js";

/** What was unpacked, and what was not. */
export interface Unpacked {
  images: number;
  masks: number;
  /** Entries that are neither image nor mask. */
  passedOver: string[];
}

/** An archive may grow to so many times its size: images that are hardly packed, and never a file of zeros. */
const mostGrowth = 50;
const mostEntries = 100_000;
/** Megabytes that any archive may hold. */
const alwaysAllowed = 100;

/**
 * The SHA-256 of a file, as 64 hexadecimal digits.
 *
 * @throws HistobookError `BadInput` when it can't be read.
 */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  } catch (error) {
    throw badArchive(path, readingProblem(error), error);
  }
  return hash.digest("hex");
}

/**
 * Unpacks images and masks of a `.tgz` into one folder. An archive with a link, with a name that leads out of the folder, with two
 * files of one name, or with far more than its size promises is refused as a whole.
 *
 * @param options.mostMegabytes what may be in it; default 50 times its size, and at least 100
 * @param folder exists; what a failure leaves in it is the caller's to remove
 * @throws HistobookError `BadInput`, `Interrupted`.
 */
export async function unpackArchive(
  path: string,
  folder: string,
  { signal, report, mostMegabytes }: RunOptions & { mostMegabytes?: number },
): Promise<Unpacked> {
  const { extract: newExtract } = await import("tar-stream");
  const extract = newExtract();
  const most =
    mostMegabytes === undefined
      ? Math.max(alwaysAllowed * 1e6, statSync(path).size * mostGrowth)
      : mostMegabytes * 1e6;
  const result: Unpacked = { images: 0, masks: 0, passedOver: [] };
  const taken = new Set<string>();
  let bytes = 0;
  let entries = 0;
  const reading = pipeline(createReadStream(path), createGunzip(), extract, { signal });
  // Its failure is the loop's, too.
  reading.catch(() => undefined);
  try {
    for await (const entry of extract) {
      const { name, type, size = 0 } = entry.header;
      if (++entries > mostEntries) throw badArchive(path, `more than ${mostEntries} entries`);
      if (type !== "file" && type !== "directory") throw badArchive(path, `'${name}', a ${type}`);
      const place = entryPlace(name);
      if (place === "outside") throw badArchive(path, `'${name}', a name that leads out of the folder`);
      if (place === "unseen") throw badArchive(path, `'${name}', a name with a character that can't be seen`);
      // What is passed over is unpacked all the same.
      bytes += size;
      if (bytes > most) throw tooLarge(path, most);
      if (type === "directory" || place.kind === "other") {
        if (type === "file") result.passedOver.push(name);
        entry.resume();
        continue;
      }
      // Some file systems take A.tif and a.tif for the same file.
      const key = place.file.toLowerCase();
      if (taken.has(key)) throw badArchive(path, `two files of the name ${place.file}`);
      taken.add(key);
      requireSpace(join(folder, place.file), size);
      await pipeline(entry, createWriteStream(join(folder, place.file), { flags: "wx", mode: 0o644 }), {
        signal,
      });
      result[place.kind === "image" ? "images" : "masks"]++;
      const done = result.images + result.masks;
      report?.({ event: "progress", step: "unpack", done, total: done, unit: "files", detail: place.file });
    }
    await reading;
  } catch (error) {
    stopIfAborted(signal, "the unpacking");
    if (isHistobookError(error)) throw error;
    if (isOfWriting(error)) throw cannotWrite(folder, error);
    throw badArchive(path, `damaged data (${messageOf(error)})`, error);
  } finally {
    extract.destroy();
  }
  return result;
}

/** A full disk is not the archive's fault. */
function isOfWriting(error: unknown): boolean {
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  return syscall === "write" || ["ENOSPC", "EDQUOT", "EROFS", "EFBIG"].includes(code);
}

function tooLarge(path: string, most: number): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "archives",
    found: `more than ${Math.round(most / 1e6)} MB in it`,
    expected: "images, which can't be packed so small",
    fix: "download the archive again, or allow more with --most-megabytes if you trust it",
  });
}

function badArchive(path: string, found: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "archives",
    found,
    expected: "a .tgz of images and masks alone",
    fix: "download the archive again, and only from a place that you trust",
    cause,
  });
}
