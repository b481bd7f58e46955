/** Caffe's file formats, and reading and writing them as files: database records, mean images, prototxts, models, solver states. */
export * from "./files.js";
export * from "./formats.js";
