/** Caffe's file formats alone, bytes in and out: nothing here needs a file system, so browsers can read them too. */
export * from "./blob.js";
export { datumValues, decodeDatum, encodeDatum, encodeDatumInto } from "./datum.js";
export type { Datum } from "./datumLayout.js";
export { decodeMean, encodeMean, type MeanImage } from "./mean.js";
export * from "./messages.js";
export { decodeModel, encodeModel, type CaffeModel } from "./model.js";
export * from "./phase.js";
export { filterPictures, planesPicture, type ValuesPicture } from "./pictures.js";
export { parseNet, parseSolver, printNet, printSolver } from "./prototxt.js";
export { decodeSolverState, encodeSolverState, type SolverState } from "./solverState.js";
export { fillTemplate } from "./template.js";
