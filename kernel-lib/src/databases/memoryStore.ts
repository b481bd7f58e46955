import type { PatchShape } from "./batch.js";
import { cyclicStore, emptyStore, type PatchStore } from "./patchStore.js";

/** A patch in memory. */
export interface MemoryPatch {
  key: string;
  /** channels x height x width (BGR), grey levels 0 to 255. */
  pixels: Uint8Array;
  label: number;
}

/**
 * A store of a few patches without any file, for experiments and tests. It reads them in the order of their
 * keys, as a database does.
 *
 * @throws HistobookError `BadInput` without patches.
 * @example
 * const patch = { key: "00000000_a.png", pixels: new Uint8Array(3 * 32 * 32), label: 1 };
 * const store = memoryPatchStore([patch], { channels: 3, height: 32, width: 32 });
 * const { value } = await store.batches(2).next();
 * value!.keys; // => ["00000000_a.png", "00000000_a.png"]
 */
export function memoryPatchStore(patches: readonly MemoryPatch[], shape: PatchShape): PatchStore {
  if (patches.length === 0) throw emptyStore("the patches in memory");
  const sorted = [...patches].sort((a, b) => (a.key < b.key ? -1 : 1));
  const labels = new Map(sorted.map(({ key, label }) => [key, label]));
  return cyclicStore({
    subject: "the patches in memory",
    shape,
    async *round() {
      yield await Promise.resolve(sorted.map(({ key, pixels }) => ({ key, value: pixels })));
    },
    decode: ({ key, value }) => ({ pixels: value, label: labels.get(key)! }),
    close: () => Promise.resolve(),
  });
}
