import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Line } from "./live/kernel-line.js";
import type { ColourMapName } from "./map/colours.js";

/** Translates sentences: `__` with placeholders %1, `_n` for a count's singular and plural. */
export type Translation = Pick<IRenderMime.TranslationBundle, "__" | "_n">;

/** What the user has set for all views (Settings → histobook). */
export interface ViewSettings {
  /** With which maps are drawn at first. */
  readonly colourMap: ColourMapName;
  /** Side of a patch in the patch grid, in CSS pixels. */
  readonly patchSide: number;
}

/** Used until the user's settings are known, and where there are none. */
export const usualSettings: ViewSettings = { colourMap: "viridis", patchSide: 48 };

/** Everything a view is given beside its payload. */
export interface ViewContext {
  readonly line: Line;
  readonly translation: Translation;
  readonly settings: ViewSettings;
}
