/** The ways in which a probability map can be computed, one a file. */
import { adaptiveMode } from "./adaptive.js";
import { denseMode } from "./dense.js";
import type { MapMode, ModeName } from "./mapMode.js";
import { windowMode } from "./window.js";

export { compareMaps, pooledAgreement, type Agreement } from "./compareMaps.js";
export { classifyWindows } from "./classifyWindows.js";
export { modeNames, type FilledGrid, type MapMode, type MapTask, type ModeName } from "./mapMode.js";
export { turnsFor, viewsOf, viewsOfPadded, type Turn, type View } from "./view.js";

/** Every mode by its name. */
export const modes: Record<ModeName, MapMode> = {
  window: windowMode,
  dense: denseMode,
  adaptive: adaptiveMode,
};
