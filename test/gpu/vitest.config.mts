import { defineConfig } from "vitest/config";
import { common } from "../vitest.common.mjs";

/** The engines' contracts on a real GPU, which `npm run bench:gpu` runs where there is one. */
export default defineConfig({ test: { ...common, maxWorkers: 1, include: ["test/gpu/**/*.on-gpu.ts"] } });
