import { tableColumns, type PatchGridPayload } from "histobook/payloads";
import { PayloadError } from "../error-box.js";

/** The types as the columns count them, which is the order of their names. */
export const patchTypes = ["b", "e", "p"] as const;

/** What a patch shows. */
export type PatchType = (typeof patchTypes)[number];

/** What all patches of a grid have in common. */
export type GridFacts = Pick<PatchGridPayload, "images" | "rotations" | "size" | "total" | "predictedBy">;

/** Patches as columns: what stands at an index of each belongs to one patch. They are in the order of their names. */
export interface PatchTable {
  readonly length: number;
  /** Its place among all patches. */
  readonly patch: Uint32Array;
  /** Index in the facts' `images`. */
  readonly image: Uint16Array;
  /** Index in `patchTypes`. */
  readonly type: Uint8Array;
  /** Counts the positions of its type in the image from 1. */
  readonly number: Uint32Array;
  /** Index in the facts' `rotations`. */
  readonly rotation: Uint8Array;
  /** 0 to 255. */
  readonly brightness: Uint8Array;
  /** 255 times the predicted probability of epithelium, -1 where there is none; null where none were given. */
  readonly probability: Int16Array | null;
}

/**
 * The patches that travel in a payload.
 *
 * @throws PayloadError where its columns don't fit each other.
 */
export function savedTable({ saved, images, rotations, total, predictedBy }: PatchGridPayload): PatchTable {
  const { length } = saved.patch;
  const columns = { ...saved, probability: saved.probability ?? saved.patch };
  for (const [name, column] of Object.entries(columns)) {
    if (column.length === length) continue;
    throw new PayloadError({
      where: `saved.${name}`,
      found: `${column.length} patches`,
      expected: `${length}, as in saved.patch`,
    });
  }
  within("saved.image", saved.image, images.length);
  within("saved.rotation", saved.rotation, rotations.length);
  within("saved.patch", saved.patch, total);
  if ((predictedBy === null) !== (saved.probability === null)) {
    throw new PayloadError({
      where: "saved.probability",
      found: saved.probability === null ? "nothing" : "probabilities of nobody",
      expected: "probabilities together with predictedBy",
    });
  }
  return {
    length,
    patch: Uint32Array.from(saved.patch),
    image: Uint16Array.from(saved.image),
    type: Uint8Array.from(saved.type, (letter) => patchTypes.indexOf(letter as PatchType)),
    number: Uint32Array.from(saved.number),
    rotation: Uint8Array.from(saved.rotation),
    brightness: Uint8Array.from(saved.brightness),
    probability: saved.probability && Int16Array.from(saved.probability),
  };
}

/**
 * All patches, as the kernel answers the call `table`.
 *
 * @throws PayloadError where the buffers are not what `tableColumns` says.
 */
export function wholeTable(
  { images, rotations, total, predictedBy }: GridFacts,
  buffers: readonly ArrayBuffer[],
): PatchTable {
  const predicted = predictedBy !== null;
  const [image, type, number, rotation, brightness, probability] = tableColumns.map(([name, kind], n) => {
    const Column = { Uint8Array, Uint16Array, Uint32Array, Int16Array }[kind];
    const wanted = name === "probability" && !predicted ? 0 : total * Column.BYTES_PER_ELEMENT;
    const found = (buffers[n] as ArrayBuffer | undefined)?.byteLength ?? 0;
    if (found !== wanted) {
      throw new PayloadError({
        where: `the kernel's column "${name}"`,
        found: `${found} bytes`,
        expected: `${wanted}`,
      });
    }
    return wanted === 0 ? new Column(0) : new Column(buffers[n]);
  });
  within("the kernel's column image", image, images.length);
  within("the kernel's column type", type, patchTypes.length);
  within("the kernel's column rotation", rotation, rotations.length);
  return {
    length: total,
    patch: Uint32Array.from({ length: total }, (_, patch) => patch),
    image: image as Uint16Array,
    type: type as Uint8Array,
    number: number as Uint32Array,
    rotation: rotation as Uint8Array,
    brightness: brightness as Uint8Array,
    probability: predicted ? (probability as Int16Array) : null,
  };
}

function within(where: string, column: ArrayLike<number>, end: number): void {
  for (let row = 0; row < column.length; row++) {
    if (column[row] >= end) {
      throw new PayloadError({ where, found: String(column[row]), expected: `less than ${end}` });
    }
  }
}
