/** What a file holds, for programs and for people. */
export interface Inspection {
  kind: "model" | "mean image" | "solver state" | "solver" | "network" | "database" | "manifest";
  /** Only what JSON can say. */
  data: Record<string, unknown>;
  lines: string[];
  /** What is wrong with the file's content although it can be read, e.g. values that are no numbers. */
  warnings: string[];
}

/** The options of `inspectFile`. */
export interface InspectOptions {
  /** Side in pixels of the images that a network's data layers bring, where its prototxt has no crop_size. */
  size?: number;
  /** Where to write a mean image as a PNG picture. */
  picture?: string;
}
