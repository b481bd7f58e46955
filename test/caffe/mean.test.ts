import { create, toBinary } from "@bufbuild/protobuf";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeMean, encodeMean, readMeanImage, writeMeanImage } from "../../kernel-lib/src/caffe/index.js";
import { BlobProtoSchema } from "../../kernel-lib/src/caffe/generated/caffe_pb.js";
import { authorsModels, bytesOf, golden } from "./fixtures.js";

const size = { channels: 1, height: 1, width: 2 };

describe("mean images", () => {
  test.each(["space", "shuffle", "gray", "encoded"])(
    "mean_%s.binaryproto is the same file when it is read and written",
    (name) => {
      const mean = readMeanImage(join(golden, "c", `mean_${name}.binaryproto`));
      expect([mean.channels, mean.height, mean.width]).toEqual([name === "gray" ? 1 : 3, 32, 32]);
      expect(mean.data.every((level) => level > 0 && level < 255)).toBe(true);
      const copy = join(mkdtempSync(join(tmpdir(), "histobook-caffe-")), "mean.binaryproto");
      writeMeanImage(copy, mean);
      expect(new Uint8Array(readFileSync(copy))).toEqual(bytesOf("c", `mean_${name}.binaryproto`));
    },
  );

  test.each([
    ["1 x 1 x 1 x 2", [1, 1, 1, 2]],
    ["1 x 1 x 2", [1, 1, 2]],
  ])("decodeMean reads a mean when its shape is the new %s", (_, shape) => {
    const proto = create(BlobProtoSchema, { shape: { dim: shape.map(BigInt) }, doubleData: [161.5, 120] });
    expect(decodeMean(toBinary(BlobProtoSchema, proto), "example")).toEqual({
      ...size,
      data: new Float32Array([161.5, 120]),
    });
  });

  test.each([
    ["of two images", { num: 2, channels: 1, height: 1, width: 1, data: [1, 2] }, /expected 1 x channels/],
    ["without values", { num: 1, channels: 3, height: 32, width: 32 }, /found 0 values, expected 3072/],
    [
      "negative in size",
      { num: 1, channels: -3, height: -32, width: 32 },
      /found a shape of 1 x -3 x -32 x 32/,
    ],
    ["empty", { num: 1, channels: 0, height: 32, width: 32 }, /at least one/],
    ["not finite", { num: 1, channels: 1, height: 1, width: 1, data: [NaN] }, /not finite/],
    [
      "beyond all memory",
      { shape: { dim: [1n, 2n ** 31n - 1n, 2n ** 31n - 1n, 2n ** 31n - 1n] }, data: [1] },
      /found 1 values/,
    ],
  ])("decodeMean refuses when the mean is %s", (_, fields, message) => {
    const bytes = toBinary(BlobProtoSchema, create(BlobProtoSchema, fields));
    expect(() => decodeMean(bytes, "mean.binaryproto")).toThrow(message);
  });

  test("encodeMean refuses when sizes and values disagree", () => {
    expect(() => encodeMean({ ...size, data: new Float32Array(3) })).toThrow(/found 3 values/);
  });

  test("readMeanImage says so when there is no such file, or a folder", () => {
    expect(() => readMeanImage("nowhere/mean.binaryproto")).toThrow(
      /^nowhere\/mean.binaryproto: found no file of that name/,
    );
    expect(() => readMeanImage(golden)).toThrow(/found a folder, expected a mean image/);
  });

  test.skipIf(!authorsModels)("readMeanImage reads the author's means when they are there", () => {
    const mean = readMeanImage(join(authorsModels!, "DB_train_w32_1.binaryproto"));
    const averages = [0, 1, 2].map(
      (channel) =>
        mean.data.slice(channel * 1024, (channel + 1) * 1024).reduce((sum, level) => sum + level, 0) / 1024,
    );
    expect(averages.map((average) => average.toFixed(1))).toEqual(["161.9", "120.5", "172.1"]);
  });
});
