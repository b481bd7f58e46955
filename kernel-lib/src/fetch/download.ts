import { closeSync, existsSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  cannotWrite,
  HistobookError,
  isHistobookError,
  messageOf,
  plainText,
  stopIfAborted,
  type RunOptions,
} from "../foundation/index.js";
import { requireSpace } from "./space.js";

/** A file to download. */
export interface Download extends RunOptions {
  url: string;
  /** Where it is collected; what an earlier download left there is gone on from. */
  path: string;
  /** Milliseconds before the first new try; each further one waits twice as long. */
  pause?: number;
}

/** Tries one after the other that bring nothing, after which the download is given up. */
const mostTries = 5;
/** No data set of ours is larger, whatever a server says. */
const mostBytes = 2 ** 40;
/** Milliseconds without a byte after which a connection is taken for broken. */
const silence = 30_000;

/**
 * Downloads a file; where the connection breaks off it goes on from the last byte (HTTP range requests), also in a later
 * run. The variables http_proxy, https_proxy and no_proxy are followed.
 *
 * @throws HistobookError `DownloadFailed` when nothing more comes after some tries; `BadInput` on a full disk; `Interrupted`,
 * and what has come stays.
 */
export async function download({ url, path, pause = 1000, signal, report }: Download): Promise<void> {
  let fruitless = 0;
  for (;;) {
    stopIfAborted(signal, "the download");
    const before = sizeOf(path);
    let problem: string;
    try {
      if (await downloadRest(url, path, { signal, report })) return;
      problem = "a connection that ended early";
    } catch (error) {
      stopIfAborted(signal, "the download");
      if (isHistobookError(error)) throw error;
      problem = messageOf((error as Error).cause ?? error);
    }
    fruitless = sizeOf(path) > before ? 0 : fruitless + 1;
    if (fruitless >= mostTries) throw givenUp(url, problem, sizeOf(path));
    await sleep(pause * 2 ** fruitless, undefined, { signal }).catch(() => undefined);
  }
}

/** One request. Gives true when the file is whole by the server's own account. */
async function downloadRest(url: string, path: string, { signal, report }: RunOptions): Promise<boolean> {
  // Loaded with the first download: a notebook's import of the library does not wait for it.
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  const dispatcher = new EnvHttpProxyAgent({
    bodyTimeout: silence,
    headersTimeout: silence,
    connectTimeout: silence,
  });
  try {
    let start = sizeOf(path);
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (start > 0) headers.range = `bytes=${start}-`;
    const response = await fetch(url, { headers, dispatcher, signal });
    const { status } = response;
    if (status === 416) {
      await response.body?.cancel();
      // What is here is all there is, or was never a part of it.
      if (rangeOf(response.headers.get("content-range"))?.total === start) return true;
      rmSync(path, { force: true });
      return false;
    }
    if (status !== 200 && status !== 206) {
      await response.body?.cancel();
      if (status >= 500 || status === 429) throw new Error(`the answer ${status}`);
      throw refused(url, status);
    }
    const range = status === 206 ? rangeOf(response.headers.get("content-range")) : undefined;
    if (status === 206 && range?.start !== start)
      throw refused(url, "a part of the file that was not asked for");
    if (status === 200 && start > 0) {
      // A server that knows no ranges sends all of it again.
      truncateSync(path, 0);
      start = 0;
    }
    const length = Number(response.headers.get("content-length") ?? NaN);
    const total = range?.total ?? (Number.isFinite(length) ? start + length : undefined);
    if (total !== undefined && total > mostBytes) throw refused(url, `a file of ${total} bytes`);
    // The archive and what is unpacked from it.
    if (total !== undefined) requireSpace(path, total - start + total);
    const end = await collect(response.body!, path, start, total ?? mostBytes, (done) =>
      report?.({
        event: "progress",
        step: "fetch",
        done: megabytes(done),
        total: megabytes(total ?? done),
        unit: "MB",
        detail: basename(new URL(url).pathname),
      }),
    );
    return total === undefined || end >= total;
  } finally {
    await dispatcher.destroy();
  }
}

/** Writes what comes behind what is there; what goes beyond the announced length is nobody's. */
async function collect(
  body: AsyncIterable<Uint8Array>,
  path: string,
  start: number,
  most: number,
  onBytes: (done: number) => void,
): Promise<number> {
  const writing = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      // No fault of the connection's, which would be tried again.
      throw cannotWrite(path, error);
    }
  };
  const descriptor = writing(() => openSync(path, existsSync(path) ? "r+" : "w"));
  let done = start;
  try {
    for await (const chunk of body) {
      const part = chunk.subarray(0, most - done);
      for (let written = 0; written < part.length;)
        written += writing(() => writeSync(descriptor, part, written, part.length - written, done + written));
      done += part.length;
      onBytes(done);
      if (done >= most) break;
    }
    return done;
  } finally {
    closeSync(descriptor);
  }
}

/** Reads `bytes 100-199/200`, or `bytes *` and the total. */
function rangeOf(
  header: string | null,
): { start: number | undefined; total: number | undefined } | undefined {
  const parts = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header ?? "");
  if (!parts) return undefined;
  const [, start, total] = parts as (string | undefined)[];
  return {
    start: start === undefined ? undefined : Number(start),
    total: total === "*" ? undefined : Number(total),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;

function refused(url: string, found: number | string): HistobookError {
  return new HistobookError("DownloadFailed", {
    subject: plainText(url),
    found: typeof found === "number" ? `the server's answer ${found}` : found,
    expected: "the archive",
    fix: "name a mirror with --url, or a file that you have downloaded by other means with --file",
  });
}

function givenUp(url: string, problem: string, bytes: number): HistobookError {
  const have = bytes > 0 ? ` after ${megabytes(bytes)} MB, which stay` : "";
  return new HistobookError("DownloadFailed", {
    subject: plainText(url),
    found: `${plainText(problem)}${have}`,
    expected: "the archive to come through",
    fix: "check the network (https_proxy is followed) and run the same again, or name a mirror with --url or a file with --file",
  });
}
