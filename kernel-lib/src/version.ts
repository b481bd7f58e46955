import { readFileSync } from "node:fs";
import { join } from "node:path";

const packageFile = join(__dirname, "..", "package.json");

/** This library's version, as in its package.json. */
export const version: string = (JSON.parse(readFileSync(packageFile, "utf8")) as { version: string }).version;
