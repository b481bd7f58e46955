import { existsSync, statSync } from "node:fs";
import { readTextFile } from "../foundation/index.js";
import type { Inspection } from "./inspection.js";
import { inspectNetwork } from "./network.js";
import { inspectSolver } from "./solver.js";

/** What a prototxt says: a solver names its network or its maximum of iterations; a network has layers. */
export function inspectPrototxt(path: string, size?: number): Inspection {
  const text = textOf(path);
  const isSolver =
    /(^|\s)(net|train_net|max_iter|base_lr)\s*:/.test(text) && !/(^|\s)layers?\s*:?\s*\{/.test(text);
  return isSolver ? inspectSolver(path, text) : inspectNetwork(path, text, size);
}

/** Without comments. What is no file has none: whoever reads it next says what is wrong with it. */
function textOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) return "";
  return readTextFile(path).replace(/#.*$/gm, "");
}
