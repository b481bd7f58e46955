import { LineError, type Line } from "./kernel-line.js";

/** The line of a view that shows a file: no kernel made it, and none ever listens. */
export const noLine: Line = {
  exists: false,
  obstacle: () => "A file's view talks to no kernel.",
  call: () => Promise.reject(new LineError("A file's view talks to no kernel.")),
  onNews: () => undefined,
  dispose: () => undefined,
};
