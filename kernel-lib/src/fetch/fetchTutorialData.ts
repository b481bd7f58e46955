import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  giveName,
  HistobookError,
  makeFolder,
  numberOption,
  plainText,
  removeLeftovers,
  unfinishedPath,
  unfinishedPrefix,
  withWorkLock,
  type RunOptions,
} from "../foundation/index.js";
import { manifestName, openStudy, updateManifest } from "../study/index.js";
import { sha256OfFile, unpackArchive } from "./archive.js";
import { download } from "./download.js";

/** The options of `fetchTutorialData`. */
export interface FetchOptions extends RunOptions {
  /** Where the archive is; default the tutorial's own address. */
  url?: string;
  /** An archive that was downloaded by other means; nothing is downloaded then. */
  file?: string;
  /** The archive's SHA-256; default that of the tutorial's. */
  sha256?: string;
  /** Megabytes that the archive may hold; default 50 times its size, and at least 100. */
  mostMegabytes?: number;
  /** Milliseconds before a download that broke off is tried again; default 1000, twice as long each time. */
  pause?: number;
}

/** What was fetched. */
export interface FetchResult {
  /** The study's absolute path. */
  directory: string;
  images: number;
  masks: number;
  /** Entries of the archive that are neither image nor mask. */
  passedOver: string[];
  /** True when the study was there already. */
  reused: boolean;
}

/** The tutorial's own archive. */
export const tutorialData = {
  url: "https://andrewjanowczyk.com/wp-static/epi.tgz",
  sha256: "5ac91a48de7d4f158f72cfc239b9a465849166397580b95d8f695095f54bcf6d",
  /** Its images are at 20x; the tutorial works at 10x. */
  scale: 0.5,
  source:
    "Images and masks: Janowczyk and Madabhushi, J Pathol Inform 2016;7:29, use case 2 (andrewjanowczyk.com); no licence is stated there.",
} as const;

/** What a download that broke off has left in the study's folder. */
const partName = "epi.tgz.part";
/** There while a process fetches. */
const lockName = "fetch.lock";

/**
 * Makes a study of the tutorial's own data set: downloads the archive, checks it and unpacks images and masks.
 *
 * What broke off is gone on with by the same call. A study that is there already is left as it is; its scale is 0.5, since
 * the images are at 20x and the tutorial works at 10x.
 *
 * @throws HistobookError `DownloadFailed`; `BadInput` for a wrong checksum, an archive that can't be trusted, a full disk or
 * a folder in use for something else; `Interrupted`.
 */
export async function fetchTutorialData(directory: string, options: FetchOptions = {}): Promise<FetchResult> {
  const home = resolve(directory);
  if (options.mostMegabytes !== undefined)
    numberOption("--most-megabytes", options.mostMegabytes, { minimum: 1 });
  const sha256 = checksumOption(options.sha256 ?? tutorialData.sha256);
  removeLeftovers(home);
  if (existsSync(join(home, "images"))) return found(home);
  makeFolder(home);
  requireOwn(directory, home);
  const about = { ...options, subject: `the data set in ${home}`, step: "fetch" };
  return withWorkLock(join(home, lockName), about, async (signal) =>
    // Another process may have made it while this one waited.
    existsSync(join(home, "images")) ? found(home) : fetchInto(home, sha256, { ...options, signal }),
  );
}

async function fetchInto(home: string, sha256: string, options: FetchOptions): Promise<FetchResult> {
  const { url = tutorialData.url, report, pause, signal } = options;
  const images = join(home, "images");
  const part = join(home, partName);
  const archive = options.file === undefined ? part : resolve(options.file);
  if (options.file === undefined) {
    const wanted = { url: urlOption(url), path: part, pause, signal, report };
    const begun = existsSync(part);
    const isWhole = async (): Promise<boolean> => existsSync(part) && (await sha256OfFile(part)) === sha256;
    if (!(await isWhole())) await download(wanted);
    // What was begun earlier may have been another file.
    if (begun && !(await isWhole())) {
      rmSync(part, { force: true });
      await download(wanted);
    }
  }
  const checksum = await sha256OfFile(archive);
  if (checksum !== sha256) {
    rmSync(part, { force: true });
    throw wrongChecksum(options.file ?? url, checksum, sha256);
  }
  const unfinished = unfinishedPath(images);
  try {
    mkdirSync(unfinished);
    const unpacked = await unpackArchive(archive, unfinished, {
      signal,
      report,
      mostMegabytes: options.mostMegabytes,
    });
    if (unpacked.images === 0) throw noImages(archive);
    // The manifest comes first: images/ marks the study as whole.
    const { scale, source } = tutorialData;
    await updateManifest(home, (manifest) => ({ ...manifest, scale, source }));
    giveName(unfinished, images);
    rmSync(part, { force: true });
    return { directory: home, ...unpacked, reused: false };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** A study that is there already. */
function found(home: string): FetchResult {
  const { cases } = openStudy(home);
  const masks = cases.filter(({ maskPath }) => maskPath !== null).length;
  return { directory: home, images: cases.length, masks, passedOver: [], reused: true };
}

function requireOwn(directory: string, home: string): void {
  const isOwn = (name: string): boolean =>
    [partName, lockName, manifestName, unfinishedPrefix].some((own) => name.startsWith(own));
  if (readdirSync(home).every(isOwn)) return;
  throw new HistobookError("BadInput", {
    subject: directory,
    topic: "folders",
    found: "a folder with other files in it",
    expected: "a new or empty folder",
    fix: "name another folder",
  });
}

function urlOption(url: string): string {
  if (/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) return url;
  throw new HistobookError("BadOption", {
    subject: "--url",
    found: `'${plainText(url)}'`,
    expected: "an address that begins with https:// or http://",
    fix: "correct it, or name a file with --file",
  });
}

function checksumOption(sha256: string): string {
  if (/^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase();
  throw new HistobookError("BadOption", {
    subject: "--sha256",
    found: `'${sha256}'`,
    expected: "64 hexadecimal digits",
    fix: "correct it, or leave it out for the tutorial's own archive",
  });
}

function wrongChecksum(subject: string, found: string, expected: string): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "archives",
    found: `an archive with the SHA-256 ${found}`,
    expected,
    fix: "try another mirror; if you trust this archive, name its SHA-256 with --sha256",
  });
}

function noImages(archive: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: archive,
    topic: "archives",
    found: "no image in it",
    expected: "images such as 8918_00007.tif, and their masks in masks/",
    fix: "name another archive",
  });
}
