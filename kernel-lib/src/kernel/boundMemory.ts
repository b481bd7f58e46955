import { setFlagsFromString } from "node:v8";

/**
 * Bounds the memory that a kernel takes beside what its cells hold; before the first cell.
 *
 * Both are V8's flags, which Node passes on and which can't be given to it in the environment. A V8 that has one of them no more
 * says so on standard error and goes on.
 */
export function boundMemory(): void {
  // Garbage is collected once it is as large as what is in use; V8 would let it grow to three times that.
  setFlagsFromString("--heap-growing-percent=100");
  // TypeScript's `createTypeChecker` (29 kB of bytecode) makes thousands of functions and does nothing else. After some
  // 250 cells V8 would optimize it, which takes 130 MB that the process keeps, and would gain nothing. The limit is 60 kB
  // otherwise; a function of more than 24 kB is one of a thousand lines.
  setFlagsFromString("--max-optimized-bytecode-size=24576");
}
