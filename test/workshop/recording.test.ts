/** A recorded run, replayed in the cells of another study, through the real kernel and by the command. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSample,
  evaluate,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  readManifest,
  recordStudy,
  showEvaluation,
  showMap,
  showNetwork,
  showPatches,
  train,
  type Study,
} from "histobook";
import { checkPayload, viewMimeType } from "histobook/payloads";
import { run } from "../cli/command.js";
import { TestKernel } from "../kernel/client.js";

const folder = mkdtempSync(join(tmpdir(), "histobook-recording-"));
const recording = join(folder, "sample.recording.tgz");
const training = { fold: 1, iterations: 12, batch: 8 };
const mapping = { fold: 1, stride: 32 };

/** The sample up to step 3, always the same. */
async function prepared(name: string, perImage = 6): Promise<Study> {
  const study = openStudy(await createSample(join(folder, name)));
  await makePatches(study, { perImage });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  return study;
}

let computed: Study;
beforeAll(async () => {
  computed = await prepared("computed");
  await train(computed, training);
  await output(computed.directory, mapping);
  await recordStudy(computed, recording);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("in a cell of the real kernel, with HISTOBOOK_REPLAY", () => {
  let study: Study;
  let kernel: TestKernel;
  beforeAll(async () => {
    study = await prepared("replayed");
    kernel = await TestKernel.start(folder, { env: { HISTOBOOK_REPLAY: recording } });
    await kernel.execute('import { openStudy, output, showMap, trainAndShow } from "histobook";');
  });
  afterAll(() => kernel.close());

  test("trainAndShow shows the recorded curve with its banner, and the same model is there", async () => {
    const { reply, outputs } = await kernel.execute(
      `await trainAndShow(openStudy("replayed"), ${JSON.stringify(training)}); void 0;`,
    );
    expect(reply.status).toBe("ok");
    const { data } = outputs.findLast(({ type }) => /display_data$/.test(type))!.content as {
      data: Record<string, string>;
    };
    const check = checkPayload("training-curve", data[viewMimeType("training-curve")]);
    if (!check.ok) throw new Error(JSON.stringify(check.problems));
    expect(check.payload).toMatchObject({ state: "finished", runs: [{ done: 12, snapshot: null }] });
    expect(check.payload.recorded).toMatch(
      /^computed on \d{4}-\d\d-\d\d \(.*cores\) and replayed from .*sample\.recording\.tgz$/,
    );
    const words = `Recorded, not computed here: ${check.payload.recorded}.`;
    expect(data["text/plain"].startsWith(`${words}\n`)).toBe(true);
    expect(data["image/svg+xml"]).toContain("Recorded, not computed here");
    const [theirs, ours] = [computed, study].map(({ directory }) => {
      const { file } = readManifest(directory).models[1];
      return readFileSync(join(directory, file));
    });
    expect(ours.equals(theirs)).toBe(true);
    expect(existsSync(join(study.directory, "models", "1_caffenet_train_w32_iter_12.solverstate"))).toBe(
      false,
    );
    expect(readManifest(study.directory).models[1].recorded).toBe(check.payload.recorded);
  });

  test("output takes the maps and says so", async () => {
    const { outputs } = await kernel.execute(
      `const made = await output("replayed", { ...${JSON.stringify(mapping)}, report: (e) => e.event === "warning" && console.log(e.message) });`,
    );
    const printed = outputs.map(({ content }) => (content.text as string | undefined) ?? "").join("");
    expect(printed).toMatch(/^4 of 4 maps were not computed here: they were computed on /m);
    for (const path of Object.keys(readManifest(computed.directory).maps)) {
      const [theirs, ours] = [computed, study].map(({ directory }) =>
        readFileSync(join(directory, `${path}_prob.png`)),
      );
      expect(ours.equals(theirs)).toBe(true);
    }
  });
});

test("every display of what was replayed says so, and one of what was computed does not", async () => {
  const study = openStudy(join(folder, "replayed"));
  const names = Object.keys(readManifest(study.directory).maps).map((path) => path.split("/").at(-1)!);
  const shown = async (of: Study): Promise<unknown[]> => {
    const evaluation = await evaluate(of, { threshold: 0.5, repeats: 10 });
    const bundles = [
      await showMap(of, names[0]),
      await showNetwork(of, 1),
      await showEvaluation(evaluation),
      await showPatches(of, { count: 2, saved: 20, predictions: "maps" }),
    ];
    return bundles.map(({ data }) => [
      /^Recorded, not computed here: computed on/.test(String(data["text/plain"])),
      String(data["text/html"]).includes("Recorded, not computed here"),
      Object.values(data).some((form) => typeof (form as { recorded?: string }).recorded === "string"),
    ]);
  };
  expect(await shown(study)).toEqual(Array(4).fill([true, true, true]));
  expect(await shown(computed)).toEqual(Array(4).fill([false, false, false]));
});

describe("what a recording does not hold is computed, and that is said", () => {
  test("other options and other patches", async () => {
    const study = await prepared("others");
    const warnings: string[] = [];
    const report = (event: { event: string; message?: string }): void => {
      if (event.event === "warning") warnings.push(event.message ?? "");
    };
    const { folds } = await train(study, { ...training, iterations: 4, replay: recording, report });
    expect(folds[0].recorded).toBeUndefined();
    expect(warnings[0]).toBe(
      `${recording}: its network of fold 1 was trained with other options, prototxts or another seed, so fold 1 is trained here.`,
    );
    const other = await prepared("more", 7);
    await train(other, { ...training, iterations: 4, replay: recording, report });
    expect(warnings).toContain(
      `${recording}: its network of fold 1 was trained on other images, patches, lists or databases, so fold 1 is trained here.`,
    );
    const made = await output(other.directory, { ...mapping, replay: recording, report });
    expect(made.images.map(({ recorded }) => recorded)).toEqual(made.images.map(() => undefined));
    expect(warnings.at(-1)).toBe(
      `${recording} does not hold 4 of 4 maps as this study makes them, so they were computed here.`,
    );
  });
});

test("a file that is no recording, or leads out of the study, changes nothing", async () => {
  const study = await prepared("hostile");
  const replay = join(folder, "bad.tgz");
  const tried = (): Promise<unknown> => train(study, { ...training, replay });
  await expect(tried()).rejects.toThrow(`${replay}: found no such file, expected a recording`);
  writeFileSync(replay, "no archive");
  await expect(tried()).rejects.toThrow(/found no recording \(incorrect header check\)/);
  writeFileSync(replay, gzipSync(Buffer.alloc(1024)));
  await expect(tried()).rejects.toThrow("found no recording ('recording.json' with nothing in place of");
  const [model] = Object.values(readManifest(computed.directory).models);
  const archive = gunzipSync(readFileSync(recording)).toString("latin1");
  // As long as before, so that the archive stays whole.
  const elsewhere = `../${model.file.slice(3)}`;
  writeFileSync(replay, gzipSync(Buffer.from(archive.replaceAll(model.file, elsewhere), "latin1")));
  await expect(tried()).rejects.toMatchObject({ code: "BadInput" });
  expect(readManifest(study.directory).models).toEqual({});
});

test("the command records and replays", async () => {
  const file = join(folder, "command.tgz");
  const recorded = await run(["record", computed.directory, file]);
  expect(recorded.out.split("\n")[0]).toBe(`${file}: 1 network, 4 maps.`);
  const study = await prepared("command");
  const args = ["--fold", "1", "--iterations", "12", "--batch", "8", "--replay", file];
  expect((await run(["train", study.directory, ...args])).status).toBe(0);
  expect(readManifest(study.directory).models[1].recorded).toContain("replayed from");
  const empty = openStudy(await createSample(join(folder, "empty")));
  await expect(recordStudy(empty, file)).rejects.toMatchObject({ code: "MissingStep" });
});
