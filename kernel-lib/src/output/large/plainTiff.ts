import { closeSync, openSync, writeSync } from "node:fs";

/** Rows of a strip: libtiff reads a strip at once. */
const rowsPerStrip = 64;

/** Bytes of a BigTIFF's header, and of one entry of its directory. */
const headerBytes = 16;
const entryBytes = 20;

/** Numbers of the tags and types, as the TIFF specification gives them. */
const short = 3;
const long = 4;
const long8 = 16;

/**
 * An uncompressed TIFF that is written row by row, and so never stands in memory as a whole; of any size (BigTIFF).
 */
export class PlainTiff {
  private readonly file: number;
  private position: number;

  /** @param channels 3 for RGB, 1 for grey; 8 bits each */
  constructor(
    path: string,
    private readonly width: number,
    private readonly height: number,
    private readonly channels: 1 | 3,
  ) {
    this.file = openSync(path, "w");
    const directory = this.directory();
    writeSync(this.file, directory);
    this.position = directory.length;
  }

  /** Writes the next rows, all of their pixels. */
  write(rows: Uint8Array): void {
    // Node writes at most 2 GB at once, and may write less than it was given.
    for (let start = 0; start < rows.length;) {
      const count = Math.min(rows.length - start, 2 ** 26);
      const written = writeSync(this.file, rows, start, count, this.position);
      start += written;
      this.position += written;
    }
  }

  close(): void {
    closeSync(this.file);
  }

  /** All that stands before the pixels: the header, the tags, and where each strip lies. */
  private directory(): Buffer {
    const { width, height, channels } = this;
    const strips = Math.ceil(height / rowsPerStrip);
    const tagCount = 10;
    const arrays = headerBytes + 8 + tagCount * entryBytes + 8;
    const pixels = arrays + 2 * 8 * strips;
    const buffer = Buffer.alloc(pixels);
    // "II", 43, offsets of 8 bytes, and the directory right behind the header.
    buffer.write("II", 0, "latin1");
    buffer.writeUInt16LE(43, 2);
    buffer.writeUInt16LE(8, 4);
    buffer.writeBigUInt64LE(BigInt(headerBytes), 8);
    buffer.writeBigUInt64LE(BigInt(tagCount), headerBytes);
    let at = headerBytes + 8;
    const entry = (tag: number, type: number, values: number[] | { count: number; offset: number }): void => {
      buffer.writeUInt16LE(tag, at);
      buffer.writeUInt16LE(type, at + 2);
      if (Array.isArray(values)) {
        buffer.writeBigUInt64LE(BigInt(values.length), at + 4);
        values.forEach((value, n) => {
          if (type === short) buffer.writeUInt16LE(value, at + 12 + 2 * n);
          else if (type === long) buffer.writeUInt32LE(value, at + 12);
          else buffer.writeBigUInt64LE(BigInt(value), at + 12);
        });
      } else {
        buffer.writeBigUInt64LE(BigInt(values.count), at + 4);
        buffer.writeBigUInt64LE(BigInt(values.offset), at + 12);
      }
      at += entryBytes;
    };
    const bytes = (strip: number): number =>
      Math.min(rowsPerStrip, height - strip * rowsPerStrip) * width * channels;
    const stripBytes = rowsPerStrip * width * channels;
    const array = (offset: number, value: (strip: number) => number): void => {
      for (let n = 0; n < strips; n++) buffer.writeBigUInt64LE(BigInt(value(n)), offset + 8 * n);
    };
    // A single value stands in the entry itself.
    const perStrip = (
      offset: number,
      value: (strip: number) => number,
    ): number[] | { count: number; offset: number } =>
      strips === 1 ? [value(0)] : { count: strips, offset };
    entry(256, long, [width]);
    entry(257, long, [height]);
    entry(
      258,
      short,
      Array.from({ length: channels }, () => 8),
    );
    entry(259, short, [1]);
    entry(262, short, [channels === 3 ? 2 : 1]);
    entry(
      273,
      long8,
      perStrip(arrays, (strip) => pixels + strip * stripBytes),
    );
    entry(277, short, [channels]);
    entry(278, long, [rowsPerStrip]);
    entry(279, long8, perStrip(arrays + 8 * strips, bytes));
    entry(284, short, [1]);
    array(arrays, (strip) => pixels + strip * stripBytes);
    array(arrays + 8 * strips, bytes);
    return buffer;
  }
}
