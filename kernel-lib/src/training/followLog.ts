import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { parseLogLine } from "./logLine.js";
import type { LogEntry } from "./logLine.js";

/**
 * Reads a training's log while another machine writes it, and gives what is new at each look. A training that is begun
 * anew or gone on with writes its log anew, and is told from its first line again.
 */
export class LogFollower {
  private inode = 0;
  private position = 0;
  private rest = "";

  constructor(private readonly path: string) {}

  /** What has come since the last look; nothing while there is no log. */
  look(): LogEntry[] {
    let descriptor: number;
    try {
      // To open a file is what makes a network file system ask for its newest state.
      descriptor = openSync(this.path, "r");
    } catch {
      return [];
    }
    try {
      const { ino, size } = fstatSync(descriptor);
      if (ino !== this.inode || size < this.position)
        Object.assign(this, { inode: ino, position: 0, rest: "" });
      const bytes = Buffer.alloc(size - this.position);
      this.position += readSync(descriptor, bytes, 0, bytes.length, this.position);
      const lines = (this.rest + bytes.toString("utf8")).split("\n");
      this.rest = lines.pop()!;
      return lines.flatMap((line) => parseLogLine(line) ?? []);
    } finally {
      closeSync(descriptor);
    }
  }
}
