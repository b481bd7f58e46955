import { expect, test } from "vitest";
import type { Batch, MemoryPatch, PatchShape, PatchStore } from "../../kernel-lib/dist/databases/index.js";

/** The shape of the contract's patches: small, and no two sizes alike, so that none can be mistaken for another. */
export const contractShape: PatchShape = { channels: 3, height: 4, width: 5 };

/** Seven different patches, in the order of their keys. */
export const contractPatches: MemoryPatch[] = Array.from({ length: 7 }, (_, i) => ({
  key: `0000000${i}_p${6 - i}.png`,
  pixels: Uint8Array.from({ length: 60 }, (_, k) => (i * 37 + k * 11) % 256),
  label: i % 3,
}));

async function take(batches: AsyncGenerator<Batch, undefined>, count: number): Promise<Batch[]> {
  const taken: Batch[] = [];
  for await (const batch of batches) {
    taken.push(batch);
    if (taken.length === count) break;
  }
  return taken;
}

/** A store's first so many patches. */
export async function firstPatches(store: PatchStore, count: number): Promise<Batch> {
  const [batch] = await take(store.batches(count), 1);
  return batch;
}

const keys = (batches: Batch[]) => batches.flatMap((batch) => batch.keys);
const allKeys = contractPatches.map(({ key }) => key);

/**
 * What every kind of patch store must do.
 *
 * @param open a store of the given patches, which may come in any order
 */
export function patchStoreContract(open: (patches: MemoryPatch[]) => Promise<PatchStore>): void {
  const shuffled = [3, 0, 6, 1, 5, 2, 4].map((i) => contractPatches[i]);

  test("gives patches in the order of their keys, with their own pixels and classes", async () => {
    const store = await open(shuffled);
    const [batch] = await take(store.batches(7), 1);
    expect(batch.keys).toEqual(allKeys);
    contractPatches.forEach(({ pixels, label }, i) => {
      expect(batch.data.slice(i * 60, (i + 1) * 60)).toEqual(pixels);
      expect(batch.labels[i]).toBe(label);
    });
    await store.close();
  });

  test("varies patches alike, whether it reads on or begins there, and never twice alike", async () => {
    const store = await open(shuffled);
    const augmentation = { flips: true, stainJitter: 0.1, seed: 5 };
    const whole = await take(store.batches(7, { augmentation }), 3);
    const rest = await take(store.batches(7, { augmentation, start: 14, firstNumber: 2 }), 1);
    expect(rest[0].data).toEqual(whole[2].data);
    expect(keys(rest)).toEqual(allKeys);
    expect(new Set(whole.map(({ data }) => String(data))).size).toBe(3);
    const [plain] = await take(store.batches(7), 1);
    expect(whole.map(({ data }) => String(data))).not.toContain(String(plain.data));
    await store.close();
  });

  test.each([1, 2, 3, 7, 8, 20])("gives full batches and wraps round when a batch has %d", async (size) => {
    const store = await open(shuffled);
    const batches = await take(store.batches(size), 5);
    for (const batch of batches) {
      expect(batch.count).toBe(size);
      expect(batch.data.length).toBe(size * 60);
      expect(batch.labels.length).toBe(size);
    }
    expect(keys(batches)).toEqual(Array.from({ length: 5 * size }, (_, i) => allKeys[i % 7]));
    await store.close();
  });

  test.each([0, 3, 7, 15, 7000])("passes over %d patches when it starts there", async (start) => {
    const store = await open(shuffled);
    const batches = await take(store.batches(4, { start }), 3);
    expect(keys(batches)).toEqual(Array.from({ length: 12 }, (_, i) => allKeys[(start + i) % 7]));
    await store.close();
  });

  test("keeps an earlier batch as it was when later ones are read", async () => {
    const store = await open(shuffled);
    const [first] = await take(store.batches(2), 1);
    const before = first.data.slice();
    await take(store.batches(2), 5);
    expect(first.data).toEqual(before);
    await store.close();
  });

  test("says its shape at once and its count after one round", async () => {
    const store = await open(shuffled);
    expect(store.shape).toEqual(contractShape);
    await take(store.batches(5), 3);
    expect(store.count).toBe(7);
    await store.close();
  });

  test("serves two readers at once, each from the beginning", async () => {
    const store = await open(shuffled);
    const [first, second] = await Promise.all([take(store.batches(3), 4), take(store.batches(3), 4)]);
    expect(keys(first)).toEqual(keys(second));
    await store.close();
  });

  test.each([1, 2, 5])("gives the same batches with %d read ahead", async (ahead) => {
    const store = await open(shuffled);
    const batches = await take(store.batches(3, { start: 2, ahead }), 6);
    expect(keys(batches)).toEqual(Array.from({ length: 18 }, (_, i) => allKeys[(i + 2) % 7]));
    batches.forEach(({ data, labels }, batch) => {
      labels.forEach((label, i) => {
        const patch = contractPatches[(3 * batch + i + 2) % 7];
        expect(label).toBe(patch.label);
        expect(data.slice(i * 60, (i + 1) * 60)).toEqual(patch.pixels);
      });
    });
    await store.close();
  });

  test("ends a reader when it is closed", async () => {
    const store = await open(shuffled);
    let read = 0;
    for await (const batch of store.batches(2)) {
      expect(batch.count).toBe(2);
      if (++read === 3) await store.close();
      expect(read).toBeLessThan(6);
    }
    expect(read).toBeGreaterThanOrEqual(3);
  });

  test("refuses to be without patches", async () => {
    await expect(open([])).rejects.toMatchObject({ code: "BadInput" });
  });
}
