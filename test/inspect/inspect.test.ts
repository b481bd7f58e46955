import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectFile } from "../../kernel-lib/dist/inspect/index.js";
import { createSample } from "../../kernel-lib/dist/study/index.js";
import { copyOfDatabase, golden } from "../engine/golden.js";

const d = (name: string) => join(golden, "d", name);
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
    expect(lines[1]).toMatch(/^ {2}conv1: 32 x 3 x 5 x 5 = 2400 values from -0\.\d+ to 0\.\d+$/);
  });

  test("shows a mean image's size and colours", async () => {
    const { kind, data, lines } = await inspectFile(join(golden, "c", "mean_space.binaryproto"));
    expect(kind).toBe("mean image");
    expect(data).toMatchObject({ channels: 3, height: 32, width: 32 });
    const means = data.means as number[];
    expect(means.every((mean) => mean > 0 && mean < 255)).toBe(true);
    expect(lines[1]).toBe(`  blue: ${means[0].toFixed(2)} of 255`);
    const grey = await inspectFile(join(golden, "c", "mean_gray.binaryproto"));
    expect(grey.lines[1]).toMatch(/^ {2}channel 0: /);
  });

  test("shows a solver state's iteration, model and history", async () => {
    const { kind, data, lines } = await inspectFile(d("run_iter_10.solverstate"));
    expect(kind).toBe("solver state");
    expect(data).toMatchObject({ iteration: 10, currentStep: 0 });
    expect(String(data.learnedNet)).toMatch(/run_iter_10\.caffemodel$/);
    expect(lines.length).toBe(11);
  });

  test("tells a solver from a network, and shows the numbers as they are written", async () => {
    const solver = await inspectFile(d("1-solver.prototxt"));
    expect(solver.kind).toBe("solver");
    expect(solver.data).toMatchObject({
      type: "AdaGrad",
      baseLr: 0.001,
      weightDecay: 0.004,
      maxIter: 50,
      testIter: [1],
    });
    const net = await inspectFile(d("1-net.prototxt"));
    expect(net.kind).toBe("network");
    expect(net.data.layers).toContainEqual({
      name: "conv1",
      type: "Convolution",
      bottom: ["data"],
      top: ["conv1"],
    });
    expect(net.lines).toContain("  loss (SoftmaxWithLoss): ip2, label -> loss");
  });

  test("shows a database's patches and classes", async () => {
    const { kind, data, lines } = await inspectFile(copyOfDatabase("space"));
    expect(kind).toBe("database");
    expect(data).toMatchObject({ count: 200, byClass: [26, 174] });
    expect(lines[0]).toBe("Database of 200 patches of 3 x 32 x 32: 26 of class 0, 174 of class 1.");
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
