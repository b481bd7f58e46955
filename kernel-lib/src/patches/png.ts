import { crc32, deflateSync } from "node:zlib";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Writes a patch as PNG, its pixels stored as they are.
 *
 * A patch of 32x32 shrinks by hardly a tenth when compressed, fills a whole block of the disk either way, and
 * takes ten times as long; a general encoder is made for larger pictures.
 *
 * @param pixels `size` x `size` RGB (HWC, 8 bits)
 */
export function encodePatch(pixels: Uint8Array, size: number): Buffer {
  const rowBytes = size * 3;
  // Each row begins with the number of its filter: 0, none.
  const rows = Buffer.alloc(size * (rowBytes + 1));
  for (let y = 0; y < size; y++) {
    rows.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, RGB; compression, filter and interlace methods are 0.
  header.set([8, 2], 8);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 0 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, content.length + 8)), content.length + 8);
  return bytes;
}
