import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filledPrefix } from "../../kernel-lib/src/databases/filledPrefix.js";
import { accessPatches } from "../../kernel-lib/src/databases/patchPlace.js";
import { createPatchSpace } from "../../kernel-lib/src/databases/patchSpace.js";

const size = 2;
const bytes = size * size * 3;
const patch = (number: number) => Uint8Array.from({ length: bytes }, (_, i) => number * 16 + i);

describe.each([
  ["memory", Infinity],
  ["a file", 0],
])("a space in %s", (_, memory) => {
  test("gives patches in any order as soon as they are there, and leaves nothing behind", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "histobook-space-")), "patches");
    const space = createPatchSpace(path, size, 4, memory);
    expect(existsSync(path)).toBe(memory === 0);
    const worker = accessPatches(space.place, size);
    const target = new Uint8Array(3 * bytes);
    let read = false;
    const reading = space.read(Int32Array.of(2, 0, 1), target).then(() => (read = true));
    worker.write(2, patch(2));
    space.markFilled([2]);
    await Promise.resolve();
    expect(read).toBe(false);
    worker.write(0, Uint8Array.from([...patch(0), ...patch(1)]));
    space.markFilled([0, 1]);
    await reading;
    expect(target).toEqual(Uint8Array.from([...patch(2), ...patch(0), ...patch(1)]));
    worker.write(3, patch(3));
    space.markFilled([3]);
    await space.whole();
    worker.close();
    space.remove();
    expect(existsSync(path)).toBe(false);
  });
});

test("filledPrefix fails whoever waits and whoever comes later, but gives what is there", async () => {
  const filled = filledPrefix(3);
  const waiting = filled.reach(2);
  filled.mark([0]);
  filled.fail(new Error("a broken patch"));
  await expect(waiting).rejects.toThrow("a broken patch");
  await expect(filled.reach(3)).rejects.toThrow("a broken patch");
  await filled.reach(1);
});
