import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import { usualSettings, type ViewSettings } from "./context.js";
import { colourMapChoices } from "./map/colours.js";

/** The plugin whose settings they are: schema/views.json. */
export const settingsPlugin = "jupyterlab-histobook:views";

/** The user's settings as they are now; the usual ones until they are loaded. */
export function followSettings(registry: ISettingRegistry | null, id: string): () => ViewSettings {
  let current = usualSettings;
  registry?.load(id).then(
    (settings) => {
      const take = (): void => {
        current = settingsFrom(settings.composite);
      };
      take();
      settings.changed.connect(take);
    },
    (error: unknown) => console.warn("histobook's settings can't be read; the usual ones are used.", error),
  );
  return () => current;
}

/** Settings from what the registry holds; each that is not of its kind is the usual one. */
export function settingsFrom(composite: { readonly [key: string]: unknown }): ViewSettings {
  const { colourMap, patchSide } = composite;
  return {
    colourMap: colourMapChoices.find(({ value }) => value === colourMap)?.value ?? usualSettings.colourMap,
    patchSide: typeof patchSide === "number" ? patchSide : usualSettings.patchSide,
  };
}
