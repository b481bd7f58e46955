import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Not a test: makes docs/gallery.md and its pictures. See scripts/gallery.mjs. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/gallery/*.pictures.ts"],
    pool: "forks",
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
});
