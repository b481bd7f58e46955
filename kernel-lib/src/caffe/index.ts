/** Caffe's file formats alone: database records, mean images, prototxts, models, solver states. */
export * from "./blob.js";
export { datumValues, decodeDatum, encodeDatum, encodeDatumInto } from "./datum.js";
export type { Datum } from "./datumLayout.js";
export * from "./mean.js";
export * from "./messages.js";
export * from "./model.js";
export * from "./phase.js";
export * from "./prototxt.js";
export * from "./solverState.js";
export { fillTemplate } from "./template.js";
