import type { Manifest } from "./manifestContent.js";
import { databaseName, meanName, patchesFolder, patchListName, pictureName } from "./names.js";
import { staleDatabases, staleModels, type Staleness } from "./staleness.js";

/** A step's results: all there and fit for what they were made from; some missing; older than what they were made from; none. */
export type StepState = "done" | "partial" | "stale" | "missing";

/** What became of one step of a study. */
export interface StepStatus {
  /** The tutorial's step, 1 to 5. */
  step: 1 | 2 | 3 | 4 | 5;
  name: "patches" | "folds" | "databases" | "train" | "output";
  state: StepState;
  /** How much of it there is, e.g. `3 of 5 folds`. */
  made: number;
  /** How much there would be at the end; null while an earlier step has not said. */
  of: number | null;
  unit: "images" | "folds" | "maps";
  /** Of the files that were looked at; single patches are not. */
  bytes: number;
  /** A sentence for each thing that is missing or stale. */
  notes: string[];
}

/** What stands in a study folder: by path relative to it ("/" between names), the size in bytes; 0 for a folder. */
export type StudyFiles = ReadonlyMap<string, number>;

/** What the manifest can't know by itself. */
export interface StudyFacts {
  files: StudyFiles;
  /** Names of the usable images: those with a mask. */
  images: readonly string[];
  /** Names of the images of which the file or mask has changed since step 1, as far as anybody looked. */
  changed?: readonly string[];
}

/** So many names are written out in a note. */
const named = 3;

/**
 * Says for each step whether its results are there and still fit what they were made from.
 *
 * Pure: the JupyterLab panel calls it in the browser, the command line with the files themselves.
 */
export function stepStatuses(manifest: Manifest, facts: StudyFacts): StepStatus[] {
  const patches = patchesStatus(manifest, facts);
  const folds = foldsStatus(manifest, facts, patches.state === "stale");
  const staleLists = folds.state === "stale" || folds.state === "missing";
  const databases = staleDatabases(manifest, staleLists);
  const models = staleModels(manifest, databases);
  return [
    patches,
    folds,
    databasesStatus(manifest, facts, databases),
    trainStatus(manifest, facts, models),
    outputStatus(manifest, facts, models),
  ];
}

function patchesStatus({ patches }: Manifest, { files, images, changed = [] }: StudyFacts): StepStatus {
  const recorded = new Set(Object.keys(patches?.images ?? {}));
  const present = new Set(images);
  const fresh = images.filter((name) => !recorded.has(name));
  const gone = [...recorded].filter((name) => !present.has(name));
  const notes: string[] = [];
  if (patches) {
    if (fresh.length > 0) notes.push(`${counted(fresh, "image is", "images are")} new since step 1.`);
    if (gone.length > 0) notes.push(`${counted(gone, "image is", "images are")} gone since step 1.`);
    if (changed.length > 0) {
      notes.push(`${counted(changed, "image has", "images have")} changed since step 1.`);
    }
  }
  const stale = notes.length > 0;
  const lost = patches?.files === true && !files.has(patchesFolder);
  if (lost) notes.push(`The patches' folder ${patchesFolder}/ is gone.`);
  const state = !patches ? "missing" : stale ? "stale" : lost ? "partial" : "done";
  return {
    ...{ step: 1, name: "patches", state, made: recorded.size, of: images.length, unit: "images" },
    bytes: 0,
    notes: patches ? notes : ["Step 1 has not been run to its end."],
  };
}

function foldsStatus({ patches, folds }: Manifest, { files }: StudyFacts, stalePatches: boolean): StepStatus {
  const of = folds?.parameters.folds ?? null;
  const listsOf = (fold: number): string[] =>
    (["train", "test"] as const).map((side) => patchListName(side, folds?.size ?? 32, fold));
  const lists = numbered(of).flatMap(listsOf);
  const lost = lists.filter((list) => !files.has(list));
  const stale = folds !== null && (stalePatches || folds.from !== patches?.key);
  const notes = [
    ...(folds ? [] : ["Step 2 has not been run."]),
    ...(stale
      ? [`The lists were made from ${stalePatches ? "patches that are stale" : "older patches"}.`]
      : []),
    ...(lost.length > 0 ? [`${counted(lost, "list is", "lists are")} gone.`] : []),
  ];
  const state = !folds ? "missing" : stale ? "stale" : lost.length > 0 ? "partial" : "done";
  const made = numbered(of).filter((fold) => listsOf(fold).every((list) => files.has(list))).length;
  return { step: 2, name: "folds", state, made, of, unit: "folds", bytes: sizeOf(files, lists), notes };
}

function databasesStatus(
  { folds, databases }: Manifest,
  { files }: StudyFacts,
  states: ReadonlyMap<number, Staleness>,
): StepStatus {
  const filesOf = (fold: number): string[] => [
    `${databaseName("train", fold)}/CURRENT`,
    `${databaseName("test", fold)}/CURRENT`,
    meanName((databases[fold] as Manifest["databases"][string] | undefined)?.size ?? 32, fold),
  ];
  return stepOfFolds({
    ...{ step: 3, name: "databases", folds, states, files },
    filesOf,
    words: "Databases",
    bytes: numbered(folds?.parameters.folds ?? null).reduce(
      (sum, fold) =>
        sum +
        under(files, `${databaseName("train", fold)}/`) +
        under(files, `${databaseName("test", fold)}/`) +
        (files.get(filesOf(fold)[2]) ?? 0),
      0,
    ),
  });
}

function trainStatus(
  { folds, models }: Manifest,
  { files }: StudyFacts,
  states: ReadonlyMap<number, Staleness>,
): StepStatus {
  return stepOfFolds({
    ...{ step: 4, name: "train", folds, states, files },
    filesOf: (fold) => [models[fold].file],
    words: "Networks",
    bytes: under(files, "models/"),
  });
}

function stepOfFolds(step: {
  step: 3 | 4;
  name: "databases" | "train";
  folds: Manifest["folds"];
  states: ReadonlyMap<number, Staleness>;
  files: StudyFiles;
  filesOf: (fold: number) => string[];
  /** What the step makes, as a sentence begins with it. */
  words: string;
  bytes: number;
}): StepStatus {
  const { name, folds, states, files, filesOf, words, bytes } = step;
  const lost: string[] = [];
  const stale = new Map<string, number[]>();
  let made = 0;
  for (const [fold, staleness] of states) {
    const gone = filesOf(fold).filter((file) => !files.has(file));
    lost.push(...gone);
    if (gone.length > 0) continue;
    made++;
    if (staleness !== null) addTo(stale, staleness, fold);
  }
  const notes = [
    ...[...stale].map(
      ([staleness, of]) =>
        `${words} of fold${of.length === 1 ? "" : "s"} ${of.join(", ")} were made ${staleness}.`,
    ),
    ...(lost.length > 0 ? [`${counted(lost, "file is", "files are")} gone.`] : []),
  ];
  const of = folds?.parameters.folds ?? null;
  return {
    ...{ step: step.step, name, of, unit: "folds", bytes },
    state: stateOf(made, stale.size, of),
    made,
    notes: states.size > 0 ? notes : [`Step ${step.step} has not been run.`],
  };
}

function outputStatus(
  { maps, models, patches, thresholds }: Manifest,
  { files }: StudyFacts,
  states: ReadonlyMap<number, Staleness>,
): StepStatus {
  const lost: string[] = [];
  const stale = new Map<string, string[]>();
  // An image may have maps of several folds when the lists were made anew.
  const images = new Set<string>();
  let bytes = 0;
  for (const [path, { from, fold }] of Object.entries(maps)) {
    const name = path.split("/").at(-1) ?? path;
    const folder = path.slice(0, -name.length);
    const pictures = (["prob", "class"] as const).map((kind) => folder + pictureName(name, kind));
    if (!pictures.every((picture) => files.has(picture))) {
      lost.push(name);
      continue;
    }
    images.add(name);
    bytes += sizeOf(files, pictures);
    const model = models[fold] as Manifest["models"][string] | undefined;
    const staleness =
      from !== model?.key
        ? "with another network than the fold's newest"
        : states.get(fold) === null
          ? null
          : "with a network that is stale";
    if (staleness !== null) addTo(stale, staleness, name);
  }
  const made = images.size;
  const of = patches ? Object.keys(patches.images).length : null;
  const notes = [
    ...[...stale].map(([staleness, names]) => `${counted(names, "map was", "maps were")} made ${staleness}.`),
    ...(lost.length > 0 ? [`${counted(lost, "map is", "maps are")} gone.`] : []),
    ...Object.entries(thresholds)
      .filter(([fold, { from }]) => from !== models[fold]?.key)
      .map(([fold]) => `Fold ${fold}'s threshold was chosen with another network than the fold's newest.`),
  ];
  return {
    ...{ step: 5, name: "output", made, of, unit: "maps", bytes },
    state: stateOf(made, stale.size, of),
    notes: made + lost.length > 0 ? notes : ["Step 5 has not been run."],
  };
}

function stateOf(made: number, stale: number, of: number | null): StepState {
  if (made === 0) return "missing";
  if (stale > 0) return "stale";
  return of !== null && made < of ? "partial" : "done";
}

function addTo<Item>(groups: Map<string, Item[]>, group: string, item: Item): void {
  const items = groups.get(group);
  if (items) items.push(item);
  else groups.set(group, [item]);
}

function numbered(count: number | null): number[] {
  return Array.from({ length: count ?? 0 }, (_, index) => index + 1);
}

function sizeOf(files: StudyFiles, paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (files.get(path) ?? 0), 0);
}

function under(files: StudyFiles, folder: string): number {
  let sum = 0;
  for (const [path, bytes] of files) if (path.startsWith(folder)) sum += bytes;
  return sum;
}

/** `2 images are` with some of the names: "2 images are (a, b)". */
function counted(names: readonly string[], one: string, many: string): string {
  const some = names.slice(0, named).join(", ") + (names.length > named ? ", …" : "");
  const [noun, ...verb] = (names.length === 1 ? one : many).split(" ");
  return `${names.length} ${noun} (${some}) ${verb.join(" ")}`;
}
