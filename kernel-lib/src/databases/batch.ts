/** What all images of a store have in common. */
export interface PatchShape {
  channels: number;
  /** Pixels from top to bottom. */
  height: number;
  /** Pixels from left to right. */
  width: number;
}

/** Images and classes as a network reads them. */
export interface Batch {
  /** `count` images one after another, each channels x height x width (BGR), grey levels 0 to 255. */
  data: Uint8Array;
  labels: Int32Array;
  count: number;
  keys: string[];
}
