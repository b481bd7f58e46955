/** A training in a notebook's cell, with a kernel that only keeps what it is shown. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  bundleBytes,
  createSample,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  outputLimit,
  trainAndShow,
  type Study,
} from "histobook";
import { checkPayload, lineTarget, viewMimeType, type TrainingCurvePayload } from "histobook/payloads";
import {
  provideNotebookKernel,
  type Comm,
  type CommMessage,
  type CommTarget,
  type MimeData,
} from "../../kernel-lib/dist/foundation/index.js";
import { newFolder } from "../study/pictures.js";

let study: Study;
let shown: { data: MimeData; update: boolean | undefined; id: string | undefined }[] = [];
const targets = new Map<string, CommTarget>();

beforeAll(async () => {
  provideNotebookKernel({
    show: (data, { update, id }) => shown.push({ data, update, id }),
    await: () => undefined,
    clear: () => undefined,
    signal: () => undefined,
    ask: () => Promise.resolve(""),
    registerCommTarget: (name, target) => targets.set(name, target),
    openComm: () => {
      throw new Error("nobody opens a comm here");
    },
  });
  study = openStudy(await createSample(newFolder()));
  await makePatches(study, { perImage: 5 });
  await makeFolds(study, { folds: 2 });
  await makeDatabases(study);
});
beforeEach(() => {
  shown = [];
});
afterAll(() => rmSync(study.directory, { recursive: true, force: true }));

function payloads(): TrainingCurvePayload[] {
  return shown.map(({ data }) => {
    const check = checkPayload("training-curve", data[viewMimeType("training-curve")]);
    if (!check.ok) throw new Error(JSON.stringify(check.problems));
    return check.payload;
  });
}

/** Calls a function of the display as its view does, and gives what comes back. */
async function call(display: string | undefined, name: string): Promise<unknown> {
  const said: unknown[] = [];
  let take: ((message: CommMessage) => unknown) | undefined;
  const comm: Comm = {
    id: "comm",
    target: lineTarget,
    send: (data) => said.push(data),
    close: () => said.push("closed"),
    onMessage: (handler) => (take = handler),
    onClose: () => undefined,
  };
  const message = (data: unknown): CommMessage => ({ data, metadata: {}, buffers: [] });
  targets.get(lineTarget)!(comm, message({ display }));
  await take?.(message({ call: 1, name, body: null }));
  return said[0];
}

test("all folds are drawn in one place, from the first iteration to the end", async () => {
  const { folds } = await trainAndShow(study, { iterations: 30, batch: 4 });
  const all = payloads();
  expect(all.length).toBeGreaterThan(1);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
  expect(shown.map(({ update }) => update)).toEqual(shown.map((_, i) => i > 0));
  expect(all[0]).toMatchObject({ state: "running", planned: 2 });
  expect(all[0].live).toMatch(/^[0-9a-f-]{36}$/);
  const last = all[all.length - 1];
  expect(last).toMatchObject({ state: "finished", secondsLeft: null, planned: 2 });
  expect(last.live).toBeUndefined();
  expect(last.runs.map(({ name, done }) => [name, done])).toEqual([
    ["fold 1", 30],
    ["fold 2", 30],
  ]);
  const losses = folds[1].entries.flatMap((entry) => (entry.kind === "loss" ? [entry.loss] : []));
  expect(last.runs[1].loss.values).toEqual(losses.map((loss) => Number(loss.toPrecision(5))));
  for (const { data } of shown) expect(bundleBytes({ data, metadata: {} })).toBeLessThan(outputLimit);
});

test("folds that are trained already are drawn at once", async () => {
  await trainAndShow(study, { iterations: 30, batch: 4 });
  expect(payloads().at(-1)).toMatchObject({
    state: "finished",
    runs: [{ done: 30 }, { done: 30 }],
  });
});

test("the view's Stop ends the training as an interrupt does, with a snapshot", async () => {
  let asked = false;
  const stopped = trainAndShow(study, {
    fold: 1,
    iterations: 100_000,
    batch: 4,
    onEntry: (_, entry) => {
      if (asked || entry.kind !== "loss" || entry.iteration < 3) return;
      asked = true;
      void call(payloads()[0].live, "stop");
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: "Interrupted" });
  const [run] = payloads().at(-1)!.runs;
  expect(payloads().at(-1)!.state).toBe("stopped");
  expect(run.done).toBeLessThan(1000);
  expect(run.snapshot).toEqual({
    iteration: run.done,
    file: `1_caffenet_train_w32_iter_${run.done}.solverstate`,
  });
});

test("a caller's own signal stops it too", async () => {
  const signal = AbortSignal.abort();
  await expect(trainAndShow(study, { fold: 1, iterations: 50, batch: 4, signal })).rejects.toMatchObject({
    code: "Interrupted",
  });
});

test("a training that fails is drawn as failed, not as running for ever", async () => {
  const diverging = trainAndShow(study, { fold: 2, iterations: 500, batch: 4, learningRate: 1e12 });
  await expect(diverging).rejects.toThrow("expected a finite loss");
  expect(payloads().at(-1)).toMatchObject({ state: "failed", runs: [{ name: "fold 2", iterations: 500 }] });
  expect(await call(payloads()[0].live, "unknown")).toMatchObject({
    problem: expect.stringContaining(`no "unknown"`) as string,
  });
});

test("an error before the first iteration draws nothing", async () => {
  const empty = openStudy(await createSample(join(newFolder(), "empty")));
  await expect(trainAndShow(empty)).rejects.toMatchObject({ code: "MissingStep" });
  expect(shown).toEqual([]);
});
