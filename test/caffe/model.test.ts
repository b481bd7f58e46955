import { create, toBinary } from "@bufbuild/protobuf";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  decodeBlob,
  decodeModel,
  decodeSolverState,
  encodeBlob,
  encodeModel,
  encodeSolverState,
  parseNet,
  readModel,
  readNetPrototxt,
  readSolverState,
  writeModel,
  writeSolverState,
  type Blob,
} from "../../kernel-lib/src/caffe/index.js";
import {
  BlobProtoSchema,
  NetParameterSchema,
  V1LayerParameter_LayerType,
} from "../../kernel-lib/src/caffe/generated/caffe_pb.js";
import { authorsModels, bytesOf, golden } from "./fixtures.js";

const folder = mkdtempSync(join(tmpdir(), "histobook-caffe-"));
const tutorialShapes = {
  conv1: [[32, 3, 5, 5], [32]],
  conv2: [[32, 32, 5, 5], [32]],
  conv3: [[64, 32, 5, 5], [64]],
  ip1: [[64, 1024], [64]],
  ip2: [[2, 64], [2]],
};
const net = 'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" }';
const blob: Blob = { shape: [1, 2], data: new Float32Array([0.5, -1]) };

function shapesOf(weights: Map<string, Blob[]>) {
  return Object.fromEntries([...weights].map(([name, blobs]) => [name, blobs.map(({ shape }) => shape)]));
}

describe("models", () => {
  test.each(["init", "run_iter_1", "run_iter_10", "run_iter_50"])(
    "%s.caffemodel of real Caffe is the same file when it is read and written",
    (name) => {
      const model = readModel(join(golden, "d", `${name}.caffemodel`));
      expect(shapesOf(model.weights)).toEqual(tutorialShapes);
      expect(model.net.layer.length).toBe(13);
      const copy = join(folder, `${name}.caffemodel`);
      writeModel(copy, model.net, model.weights);
      expect(Buffer.compare(readFileSync(copy), bytesOf("d", `${name}.caffemodel`))).toBe(0);
    },
  );

  test("encodeModel gives real Caffe's bytes when the network comes from the prototxt that Caffe trained", () => {
    const { weights } = readModel(join(golden, "d", "run_iter_10.caffemodel"));
    const written = encodeModel(readNetPrototxt(join(golden, "d", "1-net.prototxt")), weights);
    expect(Buffer.compare(written, bytesOf("d", "run_iter_10.caffemodel"))).toBe(0);
  });

  test("decodeModel reads a model when it is in the old syntax with four sizes for every array", () => {
    const legacy = (num: number, channels: number, height: number, width: number) => ({
      ...{ num, channels, height, width },
      data: Array.from({ length: num * channels * height * width }, (_, i) => i),
    });
    const { CONVOLUTION, INNER_PRODUCT, RELU } = V1LayerParameter_LayerType;
    const old = create(NetParameterSchema, {
      input: ["data"],
      layers: [
        { name: "relu", type: RELU, bottom: ["data"], top: ["data"] },
        { name: "conv", type: CONVOLUTION, blobs: [legacy(1, 3, 5, 5), legacy(1, 1, 1, 1)] },
        { name: "ip", type: INNER_PRODUCT, blobs: [legacy(1, 1, 2, 64), legacy(1, 1, 1, 2)] },
      ],
    });
    const { net: upgraded, weights } = decodeModel(toBinary(NetParameterSchema, old), "old");
    expect(upgraded.layer.map(({ type }) => type)).toEqual(["ReLU", "Convolution", "InnerProduct"]);
    expect(shapesOf(weights)).toEqual({ conv: [[1, 3, 5, 5], [1]], ip: [[2, 64], [2]] });
    expect(weights.get("ip")![0].data[127]).toBe(127);
  });

  test("fields that no version of ours knows survive when a model is read and written", () => {
    // Field 999 of the network, and field 998 of its layer: varints 7 and 5.
    const layerBytes = [0x0a, 1, 0x61, 0xb0, 0x3e, 5];
    const bytes = new Uint8Array([
      0x0a,
      1,
      0x6e,
      0xa2,
      0x06,
      layerBytes.length,
      ...layerBytes,
      0xb8,
      0x3e,
      7,
    ]);
    const model = decodeModel(bytes, "future");
    const again = Buffer.from(encodeModel(model.net, model.weights));
    expect(again.includes(Buffer.from([0xb0, 0x3e, 5]))).toBe(true);
    expect(again.includes(Buffer.from([0xb8, 0x3e, 7]))).toBe(true);
  });

  test("decodeModel and encodeModel refuse when weights and layers don't fit", () => {
    const bytes = (blobs: object[], count = 1) =>
      toBinary(
        NetParameterSchema,
        create(NetParameterSchema, { layer: Array(count).fill({ name: "ip", blobs }) }),
      );
    expect(() => decodeModel(bytes([{ shape: { dim: [2n, 2n] }, data: [1] }]), "m")).toThrow(
      /^m, layer "ip", array 0: found 1 values, expected 4 for a shape of 2 x 2/,
    );
    expect(() => decodeModel(bytes([encodeBlob(blob)], 2), "m")).toThrow(/found weights twice/);
    expect(() => decodeModel(new Uint8Array(0), "m")).toThrow(/^m: found no layer/);
    expect(() => encodeModel(parseNet(net, "n"), new Map([["ip9", [blob]]]))).toThrow(
      /weights for layer "ip9"/,
    );
    expect(() => encodeModel(parseNet(net, "n"), new Map([["ip", [{ ...blob, shape: [3] }]]]))).toThrow(
      /found 2 values/,
    );
  });

  test("readModel names the remedy when the file is HDF5, missing or another kind of Caffe file", () => {
    expect(() => decodeModel(new Uint8Array([0x89, 0x48, 0x44, 0x46, 13]), "m.h5")).toThrow(
      /HDF5.*BINARYPROTO/,
    );
    expect(() => readModel("nowhere.caffemodel")).toThrow(/^nowhere.caffemodel: found no file/);
    expect(() => readModel(join(golden, "c", "mean_space.binaryproto"))).toThrow(
      /another kind.*a Caffe model/,
    );
    expect(() => readModel(join(golden, "d", "run_iter_10.solverstate"))).toThrow(
      /another kind.*a Caffe model/,
    );
  });
});

describe("arrays", () => {
  test("decodeBlob takes legacy sizes before a shape, and double before single precision, as Caffe does", () => {
    const proto = create(BlobProtoSchema, {
      ...{ num: 1, channels: 1, height: 1, width: 2 },
      shape: { dim: [5n] },
      data: [9],
      doubleData: [0.1, 0.2],
    });
    expect(decodeBlob(proto, "b")).toEqual({ shape: [1, 1, 1, 2], data: new Float32Array([0.1, 0.2]) });
  });

  test("a single value has no sizes when it is written and read", () => {
    const single: Blob = { shape: [], data: new Float32Array([3]) };
    expect(decodeBlob(encodeBlob(single), "b")).toEqual(single);
  });

  test.each([
    ["negative", [-1n, -1n], /a shape of -1 x -1/],
    ["beyond 2^31", [2n ** 40n], /below 2\^31/],
    ["too many", Array<bigint>(33).fill(1n), /found 33 sizes, expected at most 32/],
    ["beyond all memory", Array<bigint>(32).fill(2n ** 31n - 1n), /found 1 values/],
  ])("decodeBlob refuses when sizes are %s", (_, dim, message) => {
    expect(() => decodeBlob(create(BlobProtoSchema, { shape: { dim }, data: [1] }), "b")).toThrow(message);
  });
});

describe("solver states", () => {
  test("run_iter_10.solverstate of real Caffe is the same file when it is read and written", () => {
    const state = readSolverState(join(golden, "d", "run_iter_10.solverstate"));
    expect([state.iteration, state.learnedNet, state.currentStep]).toEqual([10, "run_iter_10.caffemodel", 0]);
    expect(state.history.map(({ shape }) => shape)).toEqual(Object.values(tutorialShapes).flat());
    // AdaGrad's history is a sum of squares.
    expect(state.history.every(({ data }) => data.every((sum) => sum >= 0))).toBe(true);
    const copy = join(folder, "copy.solverstate");
    writeSolverState(copy, state);
    expect(Buffer.compare(readFileSync(copy), bytesOf("d", "run_iter_10.solverstate"))).toBe(0);
  });

  test("decodeSolverState refuses when the iteration is negative or the file is another", () => {
    const state = { iteration: -1, learnedNet: "", currentStep: 0, history: [] };
    expect(() => decodeSolverState(encodeSolverState(state), "s")).toThrow(/^s: found iteration -1/);
    expect(() => decodeSolverState(new Uint8Array(0), "s")).toThrow(/^s: found an empty file/);
    expect(() => decodeSolverState(bytesOf("d", "init.caffemodel"), "s")).toThrow(
      /expected a Caffe solver state/,
    );
  });
});

describe.skipIf(!authorsModels)("the author's published files", () => {
  test.each([1, 2, 3])(
    "model %i and its solver state are the same files when they are read and written",
    (fold) => {
      const base = join(authorsModels!, `${fold}_caffenet_train_w32_iter_600000`);
      const model = readModel(`${base}.caffemodel`);
      expect(shapesOf(model.weights)).toEqual(tutorialShapes);
      const state = readSolverState(`${base}.solverstate`);
      expect(state.iteration).toBe(600_000);
      expect(state.history.map(({ shape }) => shape)).toEqual(Object.values(tutorialShapes).flat());
      expect(Buffer.compare(encodeModel(model.net, model.weights), readFileSync(`${base}.caffemodel`))).toBe(
        0,
      );
      expect(Buffer.compare(encodeSolverState(state), readFileSync(`${base}.solverstate`))).toBe(0);
    },
  );
});
