import { availableParallelism } from "node:os";
import { HistobookError } from "./errors.js";

/** The environment variable by which whoever shares a machine among many says how many cores one of them uses. */
const variable = "HISTOBOOK_CORES";

/**
 * The cores that were set for this process by HISTOBOOK_CORES; undefined where nobody did.
 *
 * @throws HistobookError `BadOption` when the variable is no whole number from 1 on.
 * @example
 * coresSet({ HISTOBOOK_CORES: "2" }); // => 2
 * coresSet({}); // => undefined
 */
export function coresSet(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const text = env[variable] ?? "";
  if (text === "") return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new HistobookError("BadOption", {
    subject: variable,
    found: `'${text}'`,
    expected: "how many processor cores may be used, a whole number of at least 1",
    fix: "set another value in the environment, or none",
  });
}

/**
 * How many processor cores this process may use: as many as HISTOBOOK_CORES says, else as many as the system lends it.
 *
 * @throws HistobookError `BadOption`.
 * @example
 * usableCores({ HISTOBOOK_CORES: "2" }); // => 2
 */
export function usableCores(env: NodeJS.ProcessEnv = process.env): number {
  return coresSet(env) ?? availableParallelism();
}
