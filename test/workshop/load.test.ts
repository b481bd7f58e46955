/** Several kernels at once in one real Jupyter server; `npm run bench -- load` does it with twelve. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kernelsAtOnce } from "../../scripts/jupyter/kernels-at-once.mjs";
import { testPython } from "../../scripts/test-python.mjs";

test("an interrupt and a restart reach the kernel that is meant, and no other loses anything", async () => {
  const folder = mkdtempSync(join(tmpdir(), "histobook-load-"));
  try {
    const { lost, milliseconds } = await kernelsAtOnce(await testPython(), folder, 4);
    expect([lost, milliseconds.length]).toEqual([0, 40]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
