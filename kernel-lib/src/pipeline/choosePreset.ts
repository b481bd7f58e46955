import { choiceOption } from "../foundation/index.js";
import { presets, type Preset, type PresetName } from "./presets.js";

/**
 * A preset by its name, as it stands in a notebook's cell of parameters; or the quick one with some of its parts replaced.
 *
 * @throws HistobookError `BadOption` when there is none of that name.
 * @example
 * choosePreset("paper").output.stride; // => 1
 * choosePreset({ patches: { perImage: 50 } }).folds.folds; // => 5
 */
export function choosePreset(choice: string | Partial<Preset>): Preset {
  if (typeof choice !== "string") return { ...presets.quick, ...choice };
  return presets[choiceOption("preset", choice, Object.keys(presets) as PresetName[])];
}
