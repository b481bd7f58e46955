// Where the set-up reads and writes: everything it makes lies in the repository or in the Python environment.
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The set-up's own folder: stamps, logs, the TensorFlow library. Deleting it only costs time. */
export const ownFolder = join(repository, ".histobook");

export const stampFolder = join(ownFolder, "setup");
export const logFolder = join(ownFolder, "logs");
export const modules = join(repository, "node_modules");

/** The path of a log as a reader in the repository would type it. */
export const logFile = (name) => join(logFolder, `${name}.log`);
