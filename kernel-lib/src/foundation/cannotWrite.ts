import { HistobookError, messageOf } from "./errors.js";

/**
 * Turns what the file system says about writing to a path into one clear sentence, whether Node says it or a library passes the
 * system's words on; any other error is given back as it is.
 *
 * @example
 * String(cannotWrite("maps", new Error("wrote 4096 of 8192 bytes: No space left on device")));
 * // => "HistobookError: maps: found a full disk, expected a place to write to; free some space and run the step again."
 */
export function cannotWrite(path: string, error: unknown): unknown {
  if (error instanceof HistobookError) return error;
  const { code = codeIn(messageOf(error)) } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E(?!RR_)/.test(code)) return error;
  return new HistobookError("BadInput", {
    subject: path,
    topic: "folders",
    found: reasons[code] ?? code,
    expected: "a place to write to",
    fix: fixes[code] ?? "choose another folder or change its permissions",
    cause: error,
  });
}

/** The code whose words, as Linux and macOS have them, stand in a text. */
function codeIn(text: string): string | undefined {
  return Object.entries(systemWords).find(([, words]) => text.includes(words))?.[0];
}

const systemWords = {
  ENOSPC: "No space left on device",
  EDQUOT: "Disk quota exceeded",
  EFBIG: "File too large",
  EROFS: "Read-only file system",
  EACCES: "Permission denied",
  EIO: "Input/output error",
  EMFILE: "Too many open files",
  ENOENT: "No such file or directory",
};

const reasons: Record<string, string> = {
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  EROFS: "a read-only file system",
  ENOSPC: "a full disk",
  EDQUOT: "a full disk (the quota is used up)",
  EFBIG: "a file larger than is allowed there",
  EIO: "a disk or network drive that fails (EIO)",
  EMFILE: "too many open files",
  ENOTDIR: "a file where a folder should be",
  EEXIST: "a file where a folder should be",
  EISDIR: "a folder where a file should be",
  ENOENT: "no folder of that name",
  ENAMETOOLONG: "a name longer than the file system takes",
};

const again = "and run the step again";
const fixes: Record<string, string> = {
  ENOSPC: `free some space ${again}`,
  EDQUOT: `free some space ${again}`,
  EFBIG: `choose a place that takes large files ${again}`,
  EIO: `check the disk ${again}`,
  EMFILE: `raise the limit ('ulimit -n') ${again}`,
};
