import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Study } from "../../kernel-lib/dist/study/index.js";
import { copyOfDatabase, golden } from "../engine/golden.js";
import { addCase, newFolder, tissue } from "../study/pictures.js";
import { copyOfStudy, newSmallStudy } from "../training/smallStudy.js";
import { run, runJson } from "./command.js";

const errorLines = (text: string) => text.split("\n").filter((line) => line.startsWith("Error: "));

describe("histobook", () => {
  test("lists its commands, and a command its options", async () => {
    const { status, out } = await run(["--help"]);
    expect(status).toBe(0);
    for (const name of [
      "sample",
      "patches",
      "folds",
      "databases",
      "train",
      "output",
      "threshold",
      "evaluate",
      "export",
      "run",
      "inspect",
      "doctor",
      "fetch",
      "import",
    ])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
    const help = await run(["train", "--help"]);
    expect(help.status).toBe(0);
    for (const option of [
      "--solver",
      "--fold",
      "--iterations",
      "--batch",
      "--snapshot-every",
      "--weights",
      "--snapshot",
      "--resume",
      "--engine",
      "--on",
      "--seed",
      "--json",
    ])
      expect(help.out).toContain(option);
    const { version } = JSON.parse(
      readFileSync(join(__dirname, "../../kernel-lib/package.json"), "utf8"),
    ) as { version: string };
    expect((await run(["--version"])).out.trim()).toBe(version);
  });

  test.each([
    [["paint", "study"], /unknown command 'paint'/],
    [["patches"], /missing required argument 'study'/],
    [["patches", "study", "--sise", "32"], /unknown option '--sise'/],
    [
      ["train", "study", "--iterations", "many"],
      /'--iterations <number>' argument 'many' is invalid\. Expected a number\./,
    ],
    [["train"], /^Error: train: found neither a study nor --solver/],
    [["train", "study", "--on", "sge"], /^Error: --on: found 'sge', expected 'local' or 'slurm' or 'pbs'/],
    [
      ["output", "study", "--mode", "fast"],
      /^Error: --mode: found 'fast', expected 'window' or 'dense' or 'adaptive'; give another value/,
    ],
    [["output"], /^Error: STUDY: found no study folder/],
  ])("exits with 2 at the wrong usage of %j", async (args, sentence) => {
    const { status, errors, out } = await run(args);
    expect(errors).toMatch(sentence);
    expect(errors).not.toMatch(/\n {4}at /);
    expect({ status, out }).toEqual({ status: 2, out: "" });
  });

  test("exits with 1 and one sentence, in text and as JSON, when the work fails", async () => {
    const { status, errors } = await run(["patches", "nowhere"], { folder: newFolder() });
    expect(status).toBe(1);
    expect(errors).toMatch(
      /^Error: .*nowhere.images: found no such folder, expected a folder of images; .*\.\nMore: histobook help folders\n$/,
    );
    const json = await runJson(["patches", "nowhere"], { folder: newFolder() });
    expect(json.status).toBe(1);
    expect(json.last).toMatchObject({ event: "error", code: "BadInput" });
    expect(`Error: ${String(json.last.message)}`).toContain("nowhere");
  });

  test("makes the sample, once", async () => {
    const folder = newFolder();
    const first = await runJson(["sample", "study"], { folder });
    expect(first.status).toBe(0);
    expect(first.last).toMatchObject({
      event: "result",
      images: 20,
      patients: 10,
      study: join(folder, "study"),
    });
    const again = await run(["sample", "study"], { folder });
    expect(again.status).toBe(0);
    expect(again.out).toMatch(/20 images of 10 patients\.\n.*CC BY 4\.0/);
  });

  test("doctor says what is there, which engine runs and how to mend the rest", async () => {
    const { status, last } = await runJson(["doctor"]);
    expect(status).toBe(0);
    const findings = last.findings as { name: string; state: string; fix: string | null }[];
    expect(["tensorflow-gpu", "tensorflow", "wasm", "javascript"]).toContain(last.engine);
    expect(findings.find(({ name }) => name === "engine")?.state).toBe("good");
    for (const { state, fix } of findings) if (state === "missing") expect(fix).not.toBeNull();
    const { out } = await run(["doctor"]);
    expect(out).toMatch(/^ok +Node\.js: \d+\.\d+\.\d+\.$/m);
  });

  test.each<[string, () => string, string, RegExp]>([
    [
      "a model",
      () => join(golden, "d", "run_iter_1.caffemodel"),
      "model",
      /^Model "CIFAR10_quick": 14\d+ learned values\./,
    ],
    [
      "a mean image",
      () => join(golden, "c", "mean_space.binaryproto"),
      "mean image",
      /^Mean image of 32 x 32 pixels, 3 channels:/,
    ],
    [
      "a solver state",
      () => join(golden, "d", "run_iter_10.solverstate"),
      "solver state",
      /^State after 10 iterations/,
    ],
    ["a solver", () => join(golden, "d", "1-solver.prototxt"), "solver", /^base_lr: 0\.001$/m],
    [
      "a network",
      () => join(golden, "d", "1-net.prototxt"),
      "network",
      /^ {2}conv1 \(Convolution\): data -> conv1, 32 x 32 x 32, 2432 learned values$/m,
    ],
    ["a database", () => copyOfDatabase("space"), "database", /^Database of 200 patches of 3 x 32 x 32/],
  ])("inspects %s", async (_, file, kind, line) => {
    const path = file();
    const text = await run(["inspect", path]);
    expect(text.status).toBe(0);
    expect(text.out).toMatch(line);
    expect((await runJson(["inspect", path])).last).toMatchObject({ event: "result", kind, file: path });
  });

  test("inspect writes a mean image as a picture, names the option without it, and refuses other pictures", async () => {
    const mean = join(golden, "c", "mean_space.binaryproto");
    const folder = newFolder();
    expect((await run(["inspect", mean])).out).toContain("Add --picture mean.png to see it.");
    const text = await run(["inspect", mean, "--picture", "mean.png"], { folder });
    expect(text.out).toContain("Its picture is in mean.png.");
    expect(readdirSync(folder)).toEqual(["mean.png"]);
    const model = join(golden, "d", "run_iter_1.caffemodel");
    const refused = await run(["inspect", model, "--picture", "model.png"], { folder });
    expect(refused.status).toBe(2);
    expect(refused.errors).toMatch(
      /^Error: --picture: found .*run_iter_1\.caffemodel, which is no mean image/,
    );
  });
});

describe("the five steps by the command", () => {
  let study: Study;
  let directory: string;
  const path = (...parts: string[]) => join(directory, ...parts);
  const results: Record<string, Awaited<ReturnType<typeof runJson>>> = {};

  beforeAll(async () => {
    study = await newSmallStudy();
    ({ directory } = study);
    const steps: [string, ...string[]][] = [
      ["patches", "--scale", "1", "--per-image", "6", "--rotations", "0,90", "--workers", "1"],
      ["folds", "--folds", "2", "--validation", "0.5"],
      ["databases", "--workers", "1"],
      ["train", "--iterations", "30", "--batch", "16", "--snapshot-every", "15"],
      ["output", "--stride", "4"],
      ["threshold"],
      ["evaluate", "--out", path("report.json")],
    ];
    for (const [command, ...options] of steps)
      results[command] = await runJson([command, directory, ...options]);
  });

  test("output says with every mode but window how far it agrees with window mode", async () => {
    const copy = copyOfStudy(study).directory;
    const options = ["--fold", "1", "--stride", "2", "--fill", "linear"];
    for (const mode of ["adaptive", "dense"]) {
      const { status, last, events } = await runJson(["output", copy, "--mode", mode, ...options]);
      const images = last.images as { agreement: { pixels: number; agreement: number } }[];
      expect({ status, mode: last.mode, images: images.length }).toEqual({ status: 0, mode, images: 2 });
      // Every computed pixel: 28 x 22 are fewer than would be drawn.
      expect(images.map(({ agreement }) => agreement.pixels)).toEqual([616, 616]);
      const shares = images.map(({ agreement }) => agreement.agreement);
      expect(last.agreement).toBeCloseTo((shares[0] + shares[1]) / 2, 12);
      expect(shares.every((share) => share > 0.5 && share <= 1)).toBe(true);
      const notes = events.filter(({ event, step }) => event === "warning" && step === "output");
      const differs = notes.filter(({ message }) => /^Mode dense is not exact/.test(String(message)));
      expect(differs.length).toBe(mode === "dense" ? 1 : 0);
    }
    const { out, errors } = await run(["output", copy, "--mode", "dense", ...options]);
    expect(errors).toMatch(
      /Note: Mode dense is not exact for fold 1's model: zero padding \("conv1", "conv2", "conv3"\)/,
    );
    expect(out).toMatch(/2 images classified \(2 as before\)/);
    const said =
      /: mode dense gives \d+\.\d % of 616 compared pixels window mode's class; probabilities differ by 0\.\d{4} on average/g;
    expect(out.match(said)?.length).toBe(2);
    expect(out).toMatch(/^All images: mode dense gives \d+\.\d % of 1232 compared pixels/m);
  });

  test("all end with 0 and a result event, after progress that comes to its end", () => {
    for (const [step, { status, last, events, errors }] of Object.entries(results)) {
      expect({ step, status, event: last.event, errors: errors.includes("Error") }).toEqual({
        step,
        status: 0,
        event: "result",
        errors: false,
      });
      expect(last).toMatchObject({ step, skipped: [] });
      const others = new Set(events.slice(0, -1).map(({ event }) => event));
      if (step === "train") expect(others.delete("log")).toBe(true);
      expect([...others].filter((event) => event !== "progress" && event !== "warning")).toEqual([]);
    }
    for (const step of ["patches", "folds", "databases", "train", "output", "threshold"]) {
      const progress = results[step].events.filter(({ event }) => event === "progress");
      expect(progress.length, step).toBeGreaterThan(0);
      expect(progress.at(-1)!.done, step).toBe(progress.at(-1)!.total);
    }
  });

  test("leave the tutorial's files", () => {
    for (const file of [
      "subs",
      "train_w32_1.txt",
      "test_w32_parent_2.txt",
      "val_w32_1.txt",
      "DB_train_1",
      "DB_test_2",
      "DB_train_w32_1.binaryproto",
      "models/1-alexnet_solver_ada.prototxt",
      "models/2_caffenet_train_w32_iter_30.caffemodel",
      "models/1_caffenet_train_w32_iter_15.solverstate",
    ])
      expect(existsSync(path(file)), file).toBe(true);
    expect(
      ["1", "2"]
        .flatMap((fold) => readdirSync(path("out", fold)))
        .filter((name) => name.endsWith("_binary.png")).length,
    ).toBe(4);
    const report = JSON.parse(readFileSync(path("report.json"), "utf8")) as {
      images: unknown[];
      pooled: unknown;
    };
    expect(report.images.length).toBe(4);
    expect(report.pooled).toEqual(results.evaluate.last.pooled);
  });

  test("say in words what they made", async () => {
    const said = async (...args: string[]) => (await run(args)).out;
    expect(
      await said("train", directory, "--iterations", "30", "--batch", "16", "--snapshot-every", "15"),
    ).toMatch(
      /^Engine: .+\.\nFold 1: models\/1_caffenet_train_w32_iter_30.caffemodel after 30 iterations, test accuracy [\d.]+, loss [\d.]+ \(as before\)\.\nFold 2: /,
    );
    expect(await said("output", directory, "--stride", "4")).toMatch(
      /^Engine: .+\.\n4 images classified \(4 as before\)\.\n$/,
    );
    expect(await said("threshold", directory, "--value", "0.6", "--fold", "1")).toBe(
      "Fold 1: threshold 0.600.\n2 binary pictures written.\n",
    );
    expect(await said("evaluate", directory, "--threshold", "0.5", "--fold", "2")).toMatch(
      /^Fold 2 \(threshold 0.500\): F-score [\d.]+ at the threshold, [\d.]+ at 0.5, [\d.]+ if everything were called epithelium\.\nAll pixels/,
    );
    expect((await run(["inspect", directory])).out).toContain("Step 5: maps of 4 images.");
  });

  test("an image that can't be read is named, the others are done, and the exit status is 3", async () => {
    const images = newFolder();
    mkdirSync(join(images, "images"));
    await addCase(images, "good_1", tissue(20, 20), null);
    writeFileSync(join(images, "images", "bad_1.tif"), "no tiff");
    const args = [
      "output",
      directory,
      "--images",
      join(images, "images"),
      "--stride",
      "8",
      "--out",
      join(images, "out"),
    ];
    const text = await run(args);
    expect(text.status).toBe(3);
    expect(text.out).toContain("1 images classified");
    expect(text.errors).toMatch(/^Skipped: .*bad_1.tif: found a file that can't be decoded, expected/m);
    const json = await runJson(args);
    expect(json.status).toBe(3);
    expect((json.last.skipped as unknown[]).length).toBe(1);
    expect(
      json.events.filter(({ event, file }) => event === "warning" && String(file).endsWith("bad_1.tif"))
        .length,
    ).toBe(1);
  });

  test("Ctrl-C leaves a snapshot and one sentence, and --resume goes on from it", async () => {
    directory = copyOfStudy(study).directory;
    const args = [
      "train",
      directory,
      "--fold",
      "1",
      "--iterations",
      "400",
      "--batch",
      "8",
      "--snapshot-every",
      "400",
    ];
    let sent = false;
    const stopped = await runJson(args, {
      onOut(text, child) {
        if (sent || !text.includes('"done":3,')) return;
        sent = true;
        child.kill("SIGINT");
      },
    });
    expect(stopped.status).toBe(1);
    expect(stopped.last).toMatchObject({ event: "error", code: "Interrupted" });
    const sentence = String(stopped.last.message);
    const iteration = Number(
      /interrupt at iteration (\d+), expected 400 iterations; run the same again with --resume/.exec(
        sentence,
      )?.[1],
    );
    expect(iteration).toBeGreaterThanOrEqual(3);
    expect(iteration).toBeLessThan(400);
    expect(existsSync(path("models", `1_caffenet_train_w32_iter_${iteration}.solverstate`))).toBe(true);

    const seen: number[] = [];
    const resumed = await run([...args, "--resume", "--json"], {
      onOut(text, child) {
        for (const [, done] of text.matchAll(/"done":(\d+),/g)) seen.push(Number(done));
        if (seen.length > 0) child.kill("SIGINT");
      },
    });
    expect(seen[0]).toBe(iteration + 1);
    expect(resumed.status).toBe(1);
    expect(errorLines(resumed.errors)).toEqual([]);
  });

  test("train --dry-run says how long it would take, --overfit-one-batch whether the network learns; both keep nothing", async () => {
    directory = copyOfStudy(study).directory;
    const before = readdirSync(path("models"));
    const options = ["train", directory, "--iterations", "900", "--batch", "8", "--learning-rate", "0.01"];
    const dry = await runJson([...options, "--dry-run"]);
    expect(dry.last).toMatchObject({
      event: "result",
      forecast: { folds: [1, 2], iterations: 900, batch: 8 },
    });
    const { out } = await run([...options, "--dry-run"]);
    expect(out).toMatch(/^Here an iteration of 8 patches takes [\d.]+ ms \(\d+ patches\/s\), a test .*\.$/m);
    expect(out).toMatch(/^2 folds of 900 iterations: .*, one after the other\.$/m);
    expect(out).toMatch(/^--minutes 10 buys \d+ iterations a fold\.$/m);
    const drill = await run([...options, "--overfit-one-batch"]);
    expect(drill.status).toBe(0);
    expect(drill.out).toContain("The network can learn these patches by heart");
    expect(readdirSync(path("models"))).toEqual(before);
    const both = await run([...options, "--minutes", "1"]);
    expect([both.status, both.errors]).toEqual([2, expect.stringContaining("beside --iterations 900")]);
    const kept = await run(["train", "--solver", "own.prototxt", "--keep", "1"]);
    expect([kept.status, kept.errors]).toEqual([
      2,
      expect.stringContaining("--keep: found it beside --solver"),
    ]);
  });

  test.each([["--minutes", "1"], ["--processes", "2"], ["--dry-run"], ["--overfit-one-batch"]])(
    "train --solver does not pass over %s, which needs a study",
    async (...option) => {
      const { status, errors } = await run(["train", "--solver", "own.prototxt", ...option]);
      expect([status, errors]).toEqual([
        2,
        expect.stringContaining(`${option[0]}: found it beside --solver`),
      ]);
    },
  );

  test("train --solver runs a solver without a study, paths relative to where it is started", async () => {
    const folder = join(directory, "models");
    writeFileSync(
      join(folder, "own.prototxt"),
      'net: "1-alexnet_traing_32w_db.prototxt" base_lr: 0.01 lr_policy: "fixed" momentum: 0.9 max_iter: 2 display: 1 snapshot_prefix: "own"',
    );
    const { status, last } = await runJson(["train", "--solver", "own.prototxt", "--batch", "4"], { folder });
    expect(last).toMatchObject({ event: "result", iterations: 2, files: { model: "own_iter_2.caffemodel" } });
    expect(status).toBe(0);
    expect(existsSync(join(folder, "own_iter_2.solverstate"))).toBe(true);
  });
});
