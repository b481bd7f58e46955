/**
 * The tutorial's file names, in one place: every other file asks here.
 *
 * Paths are relative to the study folder (the tutorial's BASE) and use "/".
 */

/** What a patch shows: "p" epithelium, "e" the edge ring round it, "b" background (stroma). */
export type PatchType = "p" | "e" | "b";

/** Class 1 is epithelium, class 0 everything else. */
export type PatchClass = 0 | 1;

/** What a patch's file name says: `patient_image_class_type_number_rotation.png`. */
export interface PatchName {
  patient: string;
  /** Counts the patient's images from 1, in the order of their file names. */
  imageNumber: number;
  class: PatchClass;
  type: PatchType;
  /** Counts the positions of this type in the image from 1. */
  number: number;
  /** Degrees, counter-clockwise. */
  rotation: number;
}

/**
 * The class that a type of patch belongs to.
 *
 * @example
 * classOfType("e"); // => 0
 */
export function classOfType(type: PatchType): PatchClass {
  return type === "p" ? 1 : 0;
}

/**
 * Writes a patch's file name as the tutorial does (step 1: "u_v_w_x_y_z.png").
 *
 * @example
 * formatPatchName({ patient: "10256", imageNumber: 1, class: 0, type: "e", number: 1, rotation: 0 });
 * // => "10256_1_0_e_1_0.png"
 */
export function formatPatchName(name: PatchName): string {
  return `${name.patient}_${name.imageNumber}_${name.class}_${name.type}_${name.number}_${name.rotation}.png`;
}

const patchNamePattern = /^([^_]+)_([1-9]\d*)_([01])_([peb])_([1-9]\d*)_(0|[1-9]\d*)\.png$/;

/**
 * Reads a patch's file name; undefined when it is not one of step 1's.
 *
 * @example
 * parsePatchName("10256_1_0_e_1_90.png")?.rotation; // => 90
 */
export function parsePatchName(file: string): PatchName | undefined {
  const parts = patchNamePattern.exec(file);
  if (!parts) return undefined;
  return {
    patient: parts[1],
    imageNumber: Number(parts[2]),
    class: parts[3] === "1" ? 1 : 0,
    type: parts[4] as PatchType,
    number: Number(parts[5]),
    rotation: Number(parts[6]),
  };
}

/**
 * The patient's code: what stands to the left of the first underscore; undefined when there is none.
 *
 * @example
 * patientOf("8918_00007"); // => "8918"
 */
export function patientOf(name: string): string | undefined {
  const underscore = name.indexOf("_");
  return underscore > 0 ? name.slice(0, underscore) : undefined;
}

/** The folder, inside the study, of step 1's patches (tutorial: outdir). */
export const patchesFolder = "subs";

/** Whose list it is: `val` holds the patients on whom a threshold may be chosen. */
export type Side = "train" | "test" | "val";

/**
 * `train_w32_parent_1.txt`: a fold's patients, one a line.
 *
 * @example
 * parentListName("train", 32, 1); // => "train_w32_parent_1.txt"
 */
export function parentListName(side: Side, size: number, fold: number): string {
  return `${side}_w${size}_parent_${fold}.txt`;
}

/**
 * `train_w32_1.txt`: a fold's patches and their classes.
 *
 * @example
 * patchListName("train", 32, 1); // => "train_w32_1.txt"
 */
export function patchListName(side: Side, size: number, fold: number): string {
  return `${side}_w${size}_${fold}.txt`;
}

/**
 * `DB_train_1`: a fold's database; `DB_val_1` is there only for a training that is judged by validation patients.
 *
 * @example
 * databaseName("train", 1); // => "DB_train_1"
 */
export function databaseName(side: Side, fold: number): string {
  return `DB_${side}_${fold}`;
}

/**
 * `DB_train_w32_1.binaryproto`: the mean image of a fold's training database.
 *
 * @example
 * meanName(32, 1); // => "DB_train_w32_1.binaryproto"
 */
export function meanName(size: number, fold: number): string {
  return `DB_train_w${size}_${fold}.binaryproto`;
}

/**
 * `models/1-alexnet_solver_ada.prototxt`.
 *
 * @example
 * solverName(1); // => "models/1-alexnet_solver_ada.prototxt"
 */
export function solverName(fold: number): string {
  return `models/${fold}-alexnet_solver_ada.prototxt`;
}

/**
 * `models/1-alexnet_traing_32w_db.prototxt` (the tutorial's own spelling).
 *
 * @example
 * trainingNetName(32, 1); // => "models/1-alexnet_traing_32w_db.prototxt"
 */
export function trainingNetName(size: number, fold: number): string {
  return `models/${fold}-alexnet_traing_${size}w_db.prototxt`;
}

/**
 * `1_caffenet_train_w32`: what a fold's snapshots begin with, inside models/.
 *
 * @example
 * snapshotPrefix(32, 1); // => "1_caffenet_train_w32"
 */
export function snapshotPrefix(size: number, fold: number): string {
  return `${fold}_caffenet_train_w${size}`;
}

/** Which fold and patch size a model's file name tells of. */
export interface ModelName {
  fold: number;
  /** Side of a patch in pixels. */
  size: number;
}

const modelNamePattern = /^([1-9]\d*)_caffenet_train_w([1-9]\d*)_iter_\d+\.caffemodel$/;

/**
 * Reads a model's file name, `1_caffenet_train_w32_iter_600000.caffemodel`; undefined when it is not one of step 4's.
 *
 * @example
 * parseModelName("1_caffenet_train_w32_iter_600000.caffemodel"); // => { fold: 1, size: 32 }
 */
export function parseModelName(file: string): ModelName | undefined {
  const parts = modelNamePattern.exec(file);
  return parts ? { fold: Number(parts[1]), size: Number(parts[2]) } : undefined;
}

/** `models/deploy.prototxt`: the network of step 5, the same for all folds. */
export const deployName = "models/deploy.prototxt";

/**
 * `models/1-training-log.jsonl`: what happened while a fold was trained, one JSON object a line.
 *
 * @example
 * trainingLogName(1); // => "models/1-training-log.jsonl"
 */
export function trainingLogName(fold: number): string {
  return `models/${fold}-training-log.jsonl`;
}

/**
 * The lock of a fold's training, relative to the study: it is there while the fold is trained, and names the process.
 *
 * @example
 * trainingLockName(1); // => "models/1-training.lock"
 */
export function trainingLockName(fold: number): string {
  return `models/${fold}-training.lock`;
}

/**
 * The pictures that step 5 makes of an image: probabilities, classes, classes at a chosen threshold, and the image with what is
 * epithelium.
 */
export type PictureKind = "prob" | "class" | "binary" | "overlay";

/**
 * `8918_00007_prob.png`: a picture that step 5 makes of an image; of a large one it makes a TIFF in tiles.
 *
 * @example
 * pictureName("8918_00007", "class"); // => "8918_00007_class.png"
 */
export function pictureName(image: string, kind: PictureKind, ending: "png" | "tif" = "png"): string {
  return `${image}_${kind}.${ending}`;
}

/**
 * `slide_map.json`: says how a large image's map was made.
 *
 * @example
 * mapRecordName("slide"); // => "slide_map.json"
 */
export function mapRecordName(image: string): string {
  return `${image}_map.json`;
}

/**
 * `slide_tiles`: the folder of the tiles that are finished as long as a large image's map is not.
 *
 * @example
 * tilesFolderName("slide"); // => "slide_tiles"
 */
export function tilesFolderName(image: string): string {
  return `${image}_tiles`;
}

/**
 * `inner/1`: a study of a fold's training patients alone, which are split again to choose the fold's threshold where no
 * validation patients were kept aside.
 *
 * @example
 * innerFolder(1); // => "inner/1"
 */
export function innerFolder(fold: number): string {
  return `inner/${fold}`;
}
