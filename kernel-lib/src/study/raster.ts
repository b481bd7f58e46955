/** A picture in memory: rows from the top, pixels from the left, channels together (HWC), 8 bits each. */
export interface Raster {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** 3 for an RGB image, 1 for a mask (0 or 1). */
  channels: 1 | 3;
  data: Uint8Array;
}
