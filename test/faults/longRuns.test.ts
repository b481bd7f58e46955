/** What a process holds while it trains and maps on and on: `npm run bench -- long` looks at its memory, too. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { nativeBackendOf, type Binding } from "../../kernel-lib/dist/engine/nativeBackend.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { output } from "../../kernel-lib/dist/output/index.js";
import type { Study } from "../../kernel-lib/dist/study/index.js";
import { train } from "../../kernel-lib/dist/training/index.js";
import { newPreparedStudy } from "../training/smallStudy.js";

/** Tensors and graphs of TensorFlow's own library that were made and not removed. */
let inLibrary = 0;
const several = (made: unknown): number => (made as unknown[]).length;
const changes: { [Name in keyof Binding]?: (made: unknown) => number } = {
  createTensor: () => 1,
  executeOp: several,
  runSavedModel: several,
  deleteTensor: () => -1,
  loadSavedModel: () => 1,
  deleteSavedModel: () => -1,
};
let tensors: () => number;
let study: Study;
beforeAll(async () => {
  const engine = await loadEngine();
  const tf = tensorFlowOf(engine);
  tensors = () => inLibrary + tf.memory().numTensors;
  const backend = nativeBackendOf(tf);
  if (backend) {
    const { binding } = backend;
    // The addon's own functions can't be replaced, but what TensorFlow.js takes for the addon can.
    const watched = Object.entries(changes).map(([name, change]) => {
      const work = Reflect.get(binding, name) as (...given: unknown[]) => unknown;
      const value = (...given: unknown[]): unknown => {
        const made = work.apply(binding, given);
        inLibrary += change(made);
        return made;
      };
      return [name, { value }];
    });
    backend.binding = Object.create(binding, Object.fromEntries(watched) as PropertyDescriptorMap) as Binding;
  }
  study = await newPreparedStudy();
}, 600_000);

/** Tensors, open files and what keeps Node awake; timers and immediates come and go. */
function held(): Record<string, number> {
  const passing = ["Immediate", "Timeout"];
  return {
    tensors: tensors(),
    files: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    resources: process.getActiveResourcesInfo().filter((name) => !passing.includes(name)).length,
  };
}

const most = (all: Record<string, number>[], name: string): number =>
  Math.max(...all.map((one) => one[name]));

test("200 iterations hold no more tensors, files and resources than the first ones", async () => {
  const seen: Record<string, number>[] = [];
  await train(study, {
    fold: 1,
    iterations: 200,
    batch: 4,
    snapshotEvery: 20,
    keep: 1,
    validateEvery: 20,
    processes: 0,
    report: ({ event, step }) => void (event === "progress" && step === "train" && seen.push(held())),
  });
  expect(seen[0].tensors).toBeGreaterThan(0);
  const [first, second] = [seen.slice(20, 100), seen.slice(100, 200)];
  for (const name of ["tensors", "files", "resources"])
    expect(most(second, name), name).toBeLessThanOrEqual(most(first, name));
}, 600_000);

test("10 maps leave no tensor, file and resource behind", async () => {
  const ways = [
    { mode: "window", stride: 8 },
    { mode: "dense", also: ["overlay", "geojson", "prob16"] },
    { mode: "adaptive", stride: 4 },
    { mode: "dense", tiled: true },
    { mode: "window", stride: 8, tiled: true },
  ] as const;
  const seen: Record<string, number>[] = [];
  for (let map = 0; map < 10; map++) {
    const out = join(study.directory, "maps");
    rmSync(out, { recursive: true, force: true });
    await output(study.directory, { fold: 1, image: study.cases[0].imagePath, out, ...ways[map % 5] });
    seen.push(held());
  }
  for (const name of ["tensors", "files", "resources"])
    expect(most(seen.slice(5), name), name).toBeLessThanOrEqual(most(seen.slice(0, 5), name));
}, 600_000);
