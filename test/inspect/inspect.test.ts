import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { ClassicLevel } from "classic-level";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  decodeDatum,
  encodeBlob,
  encodeDatum,
  NetParameterSchema,
  readMeanImage,
  readModel,
  readSolverState,
  writeModel,
  writeSolverState,
} from "../../kernel-lib/dist/caffe/index.js";
import { V1LayerParameter_LayerType } from "../../kernel-lib/dist/caffe/generated/caffe_pb.js";
import { inspectFile } from "../../kernel-lib/dist/inspect/index.js";
import { deployNetTemplate } from "../../kernel-lib/dist/training/index.js";
import { createSample } from "../../kernel-lib/dist/study/index.js";
import { dumpOf } from "../caffe/fixtures.js";
import { copyOfDatabase, golden } from "../engine/golden.js";

const d = (name: string) => join(golden, "d", name);
const oneValue = { shape: [1, 1], data: Float32Array.of(0.5) };
const written = (name: string, text: string): string => {
  const path = join(newFolder(), name);
  writeFileSync(path, text);
  return path;
};
const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-inspect-"));

describe("inspectFile", () => {
  test("shows a model's layers, shapes, counts and ranges", async () => {
    const { kind, data, lines } = await inspectFile(d("run_iter_50.caffemodel"));
    expect(kind).toBe("model");
    // CIFAR10_quick with two classes.
    const parameters = 32 * 75 + 32 + 32 * 800 + 32 + 64 * 800 + 64 + 64 * 1024 + 64 + 2 * 64 + 2;
    expect(data).toMatchObject({ name: "CIFAR10_quick", parameters });
    const layers = data.layers as {
      name: string;
      blobs: { shape: number[]; minimum: number; maximum: number }[];
    }[];
    expect(layers.map(({ name }) => name)).toEqual(["conv1", "conv2", "conv3", "ip1", "ip2"]);
    expect(layers[0].blobs[0]).toMatchObject({ shape: [32, 3, 5, 5], count: 2400 });
    expect(layers[0].blobs[0].minimum).toBeLessThan(layers[0].blobs[0].maximum);
    expect(lines[0]).toBe(`Model "CIFAR10_quick": ${parameters} learned values.`);
    expect(lines[1]).toMatch(
      /^ {2}conv1: 32 x 3 x 5 x 5 = 2400 values from -0\.\d+ to 0\.\d+, mean -?0\.\d+, deviation 0\.\d+$/,
    );
  });

  test("shows a mean image's size and colours", async () => {
    const { kind, data, lines } = await inspectFile(join(golden, "c", "mean_space.binaryproto"));
    expect(kind).toBe("mean image");
    expect(data).toMatchObject({ channels: 3, height: 32, width: 32 });
    const means = data.means as number[];
    expect(means.every((mean) => mean > 0 && mean < 255)).toBe(true);
    expect(lines[1]).toBe(`  blue: ${means[0].toFixed(2)} of 255, from 140.93 to 153.69`);
    const grey = await inspectFile(join(golden, "c", "mean_gray.binaryproto"));
    expect(grey.lines[1]).toMatch(/^ {2}channel 0: /);
  });

  test("shows a solver state's iteration, model and history", async () => {
    const { kind, data, lines } = await inspectFile(d("run_iter_10.solverstate"));
    expect(kind).toBe("solver state");
    expect(data).toMatchObject({ iteration: 10, currentStep: 0 });
    expect(String(data.learnedNet)).toMatch(/run_iter_10\.caffemodel$/);
    expect(lines.length).toBe(11);
    // AdaGrad's sums of squares.
    const history = data.history as { shape: number[]; minimum: number }[];
    expect(history.map(({ shape }) => shape)).toContainEqual([64, 32, 5, 5]);
    expect(history.every(({ minimum }) => minimum >= 0)).toBe(true);
  });

  test("tells a solver from a network, and shows the fields that are set as they are written", async () => {
    const { kind, data, lines } = await inspectFile(d("1-solver.prototxt"));
    expect(kind).toBe("solver");
    expect(data).toEqual({
      net: "1-net.prototxt",
      testIter: [1],
      testInterval: 25,
      baseLr: 0.001,
      lrPolicy: "fixed",
      display: 1,
      maxIter: 50,
      weightDecay: 0.004,
      snapshot: 1,
      snapshotPrefix: "run",
      solverMode: "CPU",
      type: "AdaGrad",
      oldSyntax: true,
    });
    expect(lines[0]).toContain("Caffe's old syntax");
    expect(lines).toContain('type: "AdaGrad"');
    expect(lines).toContain("base_lr: 0.001");
    const oneLine = written("solver.prototxt", 'net: "n" base_lr: 0.1 random_seed: 5 # layer { }');
    expect((await inspectFile(oneLine)).data).toMatchObject({ baseLr: 0.1, randomSeed: 5, oldSyntax: false });
  });

  test("shows a training network's output shapes and learned values, in both phases", async () => {
    const { kind, data, lines } = await inspectFile(d("1-net.prototxt"));
    expect(kind).toBe("network");
    expect(data).toMatchObject({ parameters: 145_058, oldSyntax: true });
    expect(data.layers).toContainEqual({
      name: "conv1",
      type: "Convolution",
      bottom: ["data"],
      top: ["conv1"],
      phases: ["TRAIN", "TEST"],
      outputs: [[32, 32, 32]],
      parameters: 2432,
    });
    expect(lines[0]).toBe('Network "CIFAR10_quick": 145058 learned values.');
    expect(lines[1]).toContain("old syntax");
    expect(lines).toContain("  cifar_test (Data): data, label, 3 x 32 x 32 and 1, TEST only");
    expect(lines).toContain("  pool3 (Pooling): conv3 -> pool3, 64 x 4 x 4");
    expect(lines).toContain("  accuracy (Accuracy): ip2, label -> accuracy, 1, TEST only");
    expect(lines).toContain("  loss (SoftmaxWithLoss): ip2, label -> loss, 1");
  });

  test("shows a deploy network's shapes, asks for the size where nothing says it, and bears unknown layers", async () => {
    const deploy = await inspectFile(written("deploy.prototxt", deployNetTemplate({ size: 32 })));
    expect(deploy.data).toMatchObject({ parameters: 145_058 });
    expect(deploy.lines).toContain("  ip2 (InnerProduct): ip1 -> ip2, 2, 130 learned values");

    const layers =
      'layer { name: "d" type: "Data" top: "data" } layer { name: "r" type: "ReLU" bottom: "data" top: "r" }';
    const unknownSize = await inspectFile(written("net.prototxt", layers));
    expect(unknownSize.data).toMatchObject({ parameters: null, oldSyntax: false });
    expect(unknownSize.lines).toContain("  r (ReLU): data -> r");
    expect(unknownSize.lines.at(-1)).toBe(
      'Output shapes can\'t be worked out: layer "d" has no crop_size; add --size PIXELS.',
    );
    const sized = await inspectFile(written("net.prototxt", layers), { size: 20 });
    expect(sized.lines).toContain("  r (ReLU): data -> r, 3 x 20 x 20");
    await expect(inspectFile(written("net.prototxt", layers), { size: 0 })).rejects.toMatchObject({
      code: "BadOption",
    });

    const strange = written(
      "net.prototxt",
      `${layers} layer { name: "x" type: "Telepathy" bottom: "r" top: "x" }`,
    );
    const { lines } = await inspectFile(strange, { size: 20 });
    expect(lines).toContain("  x (Telepathy): r -> x");
    expect(lines.at(-1)).toContain('found type "Telepathy"');
  });

  test("counts values that are no numbers, infinite or denormal, and warns of the first two", async () => {
    const { net, weights } = readModel(d("init.caffemodel"));
    const [, bias] = weights.get("ip2")!;
    bias.data.set([NaN, Infinity]);
    weights.get("conv1")![1].data.set([NaN, NaN, 1e-40, -1e-45, 2 ** -126]);
    const path = join(newFolder(), "bad.caffemodel");
    writeModel(path, net, weights);
    const { data, lines, warnings } = await inspectFile(path);
    const layers = data.layers as { name: string; blobs: Record<string, number | null>[] }[];
    const blobOf = (layer: string) => layers.find(({ name }) => name === layer)!.blobs[1];
    expect(blobOf("ip2")).toMatchObject({ count: 2, nan: 1, infinite: 1, minimum: null, mean: null });
    expect(blobOf("conv1")).toMatchObject({
      count: 32,
      nan: 2,
      infinite: 0,
      denormal: 2,
      minimum: Math.fround(-1e-45),
    });
    expect(lines.find((line) => line.startsWith("  conv1: 32 = 32"))).toMatch(/, 2 denormal$/);
    expect(warnings).toEqual([
      expect.stringMatching(/^layer "conv1", array 1: of 32 values 2 that are no number \(NaN\); /),
      expect.stringMatching(
        /^layer "ip2", array 1: of 2 values 1 that is no number \(NaN\) and 1 infinite; /,
      ),
    ]);
    // What goes to programs must be JSON.
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);

    const state = readSolverState(d("run_iter_10.solverstate"));
    state.history[3].data[0] = -Infinity;
    const statePath = join(newFolder(), "bad.solverstate");
    writeSolverState(statePath, state);
    expect((await inspectFile(statePath)).warnings).toEqual([
      expect.stringMatching(/^history array 3: of 32 values 1 infinite; /),
    ]);
    expect((await inspectFile(d("init.caffemodel"))).warnings).toEqual([]);
  });

  test("says that a model's layers are in the old syntax", async () => {
    const old = create(NetParameterSchema, {
      layers: [{ name: "ip", type: V1LayerParameter_LayerType.INNER_PRODUCT, blobs: [encodeBlob(oneValue)] }],
    });
    const path = join(newFolder(), "old.caffemodel");
    writeFileSync(path, toBinary(NetParameterSchema, old));
    const { data, lines } = await inspectFile(path);
    expect(data).toMatchObject({
      oldSyntax: true,
      layers: [{ name: "ip", type: "InnerProduct", parameters: 1 }],
    });
    expect(lines[1]).toContain("old syntax (V1)");
    expect((await inspectFile(d("init.caffemodel"))).data).toMatchObject({ oldSyntax: false });
  });

  test("writes a mean image as a picture in red, green and blue; a grey one in grey", async () => {
    for (const [name, channels] of [
      ["space", 3],
      ["gray", 1],
    ] as const) {
      const path = join(golden, "c", `mean_${name}.binaryproto`);
      const picture = join(newFolder(), "mean.png");
      const { data } = await inspectFile(path, { picture });
      expect(data.picture).toBe(picture);
      const { data: pixels, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
      const mean = readMeanImage(path);
      expect([info.width, info.height]).toEqual([32, 32]);
      for (const pixel of [0, 77, 1023]) {
        const shown = Array.from(
          { length: 3 },
          (_, c) => pixels[pixel * info.channels + (info.channels === 1 ? 0 : c)],
        );
        const levels = Array.from(
          { length: 3 },
          (_, c) => mean.data[(channels === 1 ? 0 : 2 - c) * 1024 + pixel],
        );
        expect(shown).toEqual(levels.map(Math.round));
      }
    }
    await expect(
      inspectFile(d("1-net.prototxt"), { picture: join(newFolder(), "net.png") }),
    ).rejects.toMatchObject({ code: "BadOption" });
  });

  test.each(["space", "shuffle", "gray", "encoded", "fresh", "odd"])(
    "shows the patches, classes and keys of db_%s",
    async (name) => {
      const dumped = dumpOf(name);
      const { kind, data, lines, warnings } = await inspectFile(copyOfDatabase(name));
      expect(kind).toBe("database");
      const byClass = Array.from(
        { length: Math.max(...dumped.map(({ label }) => label), 1) + 1 },
        (_, label) => dumped.filter((one) => one.label === label).length,
      );
      expect(data).toMatchObject({
        count: dumped.length,
        byClass,
        firstKey: dumped[0].key,
        lastKey: dumped.at(-1)!.key,
      });
      const size = name === "gray" ? "1 x 32 x 32" : "3 x 32 x 32";
      expect(lines[0]).toBe(
        `Database of ${dumped.length} patches of ${size}: ${byClass[0]} of class 0, ${byClass[1]} of class 1${name === "odd" ? ", 1 of class 7" : ""}.`,
      );
      expect(lines).toContain(`  keys from ${dumped[0].key} to ${dumped.at(-1)!.key}`);
      expect(warnings).toEqual([]);
    },
  );

  test("names a database's broken records in warnings and counts on", async () => {
    const path = copyOfDatabase("space");
    const level = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: "view" });
    await level.put("00000050_broken.png", Uint8Array.of(255, 255, 1));
    const [[, record]] = await level.iterator({ limit: 1 }).all();
    await level.put("00000060_class.png", encodeDatum({ ...decodeDatum(record, "a"), label: 2 ** 31 - 1 }));
    await level.close();
    const { data, warnings } = await inspectFile(path);
    expect(data).toMatchObject({ count: 202, byClass: [26, 174] });
    expect(warnings).toEqual([
      expect.stringMatching(/^broken record 00000050_broken.png: /),
      expect.stringMatching(/^broken record 00000060_class.png: .*found label 2147483647/),
    ]);
  });

  test("shows a study by its folder or its manifest", async () => {
    const directory = await createSample(join(newFolder(), "study"));
    const byFolder = await inspectFile(directory);
    expect(byFolder.kind).toBe("manifest");
    expect(byFolder.lines.slice(0, 2)).toEqual(["Study at scale 1.", "Step 1: not done."]);
    expect(await inspectFile(join(directory, "histobook.json"))).toEqual(byFolder);
  });

  test.each([
    ["nothing.caffemodel", undefined, /nothing.caffemodel: found no/],
    ["nothing.txt", undefined, /nothing.txt: found no such file, expected .caffemodel/],
    ["notes.txt", "hello", /notes.txt: found a file of another kind/],
    ["broken.caffemodel", "\xff\xff\xff", /broken.caffemodel: found /],
    ["broken.binaryproto", "\x08", /broken.binaryproto: found /],
    ["broken.solverstate", "\x0a\x7f", /broken.solverstate: found /],
    ["broken.prototxt", "layer { name", /broken.prototxt.*: found /],
  ])("says in one sentence what is wrong with %s", async (name, content, sentence) => {
    const path = join(newFolder(), name);
    if (content !== undefined) writeFileSync(path, content, "latin1");
    const work = inspectFile(path);
    await expect(work).rejects.toThrow(sentence);
    await expect(work).rejects.toMatchObject({ name: "HistobookError" });
  });

  test("says in one sentence that a folder is no database", async () => {
    await expect(inspectFile(newFolder())).rejects.toMatchObject({ name: "HistobookError" });
  });
});
