import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ClassicLevel, DatabaseOptions } from "classic-level";
import { cannotWrite, HistobookError, messageOf } from "../foundation/index.js";

/** A LevelDB of Caffe's: keys such as `00000012_10256_1_0_e_1_0.png`, values Datum messages. */
export type Level = ClassicLevel<string, Uint8Array>;

/** Loads LevelDB with the first database: a notebook's import of the library does not wait for it. */
async function classicLevel(path: string, options: DatabaseOptions<string, Uint8Array>): Promise<Level> {
  const { ClassicLevel } = await import("classic-level");
  return new ClassicLevel<string, Uint8Array>(path, { ...encodings, ...options });
}

const encodings = { keyEncoding: "utf8", valueEncoding: "view" } as const;

/** Tells whether a folder holds a LevelDB. */
export function isLevelDatabase(path: string): boolean {
  return existsSync(join(path, "CURRENT"));
}

/**
 * Opens a LevelDB that is there already. LevelDB writes into the folder when it opens it, and only one process
 * may have it open.
 *
 * @throws HistobookError `MissingStep` when there is no folder, `BadInput` when it holds no LevelDB, can't be
 * written or is damaged, `Locked` when someone has it open.
 */
export async function openLevel(path: string): Promise<Level> {
  if (!isLevelDatabase(path)) {
    const there = existsSync(path);
    throw new HistobookError(there ? "BadInput" : "MissingStep", {
      subject: path,
      ...(there && { topic: "databases" as const }),
      found: there ? "no LevelDB (it has no file named CURRENT)" : "no such folder",
      expected: "a database such as DB_train_1",
      fix: there ? "name another folder" : "run 'histobook databases STUDY' first",
    });
  }
  const level = await classicLevel(path, { createIfMissing: false });
  try {
    await level.open();
    return level;
  } catch (error) {
    await level.close().catch(() => undefined);
    throw cannotOpen(path, error);
  }
}

/** Makes a new LevelDB for writing, with the block size of Caffe's. */
export async function createLevel(path: string): Promise<Level> {
  const level = await classicLevel(path, {
    errorIfExists: true,
    blockSize: 64 * 1024,
    // Caffe keeps 256 MB in memory and leaves them in a log, which the next reader must first turn into tables;
    // with 16 MB the tables are written on the way, at once faster and in less memory.
    writeBufferSize: 16 * 1024 * 1024,
  });
  try {
    await level.open();
    return level;
  } catch (error) {
    await level.close().catch(() => undefined);
    throw cannotWriteLevel(path, error);
  }
}

/** The sentence for what LevelDB says while a database is being written. */
export function cannotWriteLevel(path: string, error: unknown): unknown {
  if (error instanceof HistobookError) return error;
  const detail = detailOf(error);
  const known = cannotWrite(path, new Error(detail, { cause: error }));
  if (known instanceof HistobookError) return known;
  return new HistobookError("BadInput", {
    subject: path,
    topic: "databases",
    found: `a database that can't be written (${detail})`,
    expected: "a place to write to",
    fix: "check the disk and run the step again",
    cause: error,
  });
}

/** The sentence for what LevelDB says while a database is being read. */
export function cannotRead(path: string, error: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "databases",
    found: `damaged data (${detailOf(error)})`,
    expected: "a whole LevelDB",
    fix: "run 'histobook databases STUDY' again, or copy the database again",
    cause: error,
  });
}

function cannotOpen(path: string, error: unknown): unknown {
  const cause = (error as { cause?: { code?: string } }).cause;
  const detail = detailOf(error);
  if (cause?.code === "LEVEL_LOCKED") {
    const pid = lockHolder(path);
    return new HistobookError("Locked", {
      subject: path,
      found:
        pid === undefined
          ? "another process that has the database open"
          : pid === process.pid
            ? `this same process (${pid}) having the database open already`
            : `process ${pid} having the database open`,
      expected: "nobody else at work there, since LevelDB allows one user at a time",
      fix: "wait until that work is done, or stop it",
      cause: error,
    });
  }
  if (/no space left|quota exceeded/i.test(detail)) return cannotWriteLevel(path, error);
  if (/permission denied|read-only file system/i.test(detail)) {
    return new HistobookError("BadInput", {
      subject: path,
      topic: "databases",
      found: "a folder that can't be written",
      expected: "a writable one, since LevelDB changes a database when it opens it",
      fix: "copy the database to a folder of your own and open it there",
      cause: error,
    });
  }
  return cannotRead(path, error);
}

function detailOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause;
  return messageOf(cause ?? error).replace(/\.$/, "");
}

/** Linux lists who holds which file lock; elsewhere nobody knows. */
function lockHolder(path: string): number | undefined {
  try {
    // Only stat: opening and closing the file would let go of a lock that this very process holds.
    const { ino } = statSync(join(path, "LOCK"));
    for (const line of readFileSync("/proc/locks", "utf8").split("\n")) {
      const fields = line.trim().split(/\s+/);
      if (fields[5]?.split(":")[2] === String(ino)) return Number(fields[4]);
    }
  } catch {
    // No /proc here, or the lock is gone by now.
  }
  return undefined;
}
