import { LineError, type Line } from "./kernel-line.js";

/** The line of a view that no display made, since it shows a file or stands within another view: nobody listens. */
export const noLine: Line = {
  exists: false,
  obstacle: () => "This view talks to no kernel.",
  call: () => Promise.reject(new LineError("This view talks to no kernel.")),
  dispose: () => undefined,
};
