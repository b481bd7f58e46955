// One short string that changes when any of a step's inputs changes.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The fingerprint of values that JSON can write. */
export const fingerprintOf = (...values) =>
  createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 32);

function filesUnder(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return [];
  if (!status.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => name !== "node_modules" && name !== "__pycache__")
    .flatMap((name) => filesUnder(join(path, name)));
}

/** The fingerprint of the bytes of these files, and of all files in these folders, by their paths in `base`. */
export function fingerprintFiles(base, paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesUnder(join(base, path)))) {
    const bytes = readFileSync(file);
    hash.update(`${relative(base, file).split(sep).join("/")}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 32);
}
