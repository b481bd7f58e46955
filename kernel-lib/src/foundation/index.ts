/** What every step needs and no step owns: errors, seeded randomness, whole files, progress. */
export * from "./commandLine.js";
export * from "./cores.js";
export * from "./errors.js";
export * from "./events.js";
export * from "./files.js";
export * from "./giveName.js";
export * from "./lock.js";
export * from "./nodeVersion.js";
export * from "./notebook.js";
export * from "./options.js";
export * from "./random.js";
export * from "./storedPath.js";
export * from "./textFile.js";
export * from "./workLock.js";
