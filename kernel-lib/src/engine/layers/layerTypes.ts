import { kinds } from "./kinds.js";

/** The names of all types of layers that run, as a prototxt's `type` writes them. */
export const layerTypes: readonly string[] = Object.keys(kinds);
