import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  datumValues,
  decodeDatum,
  encodeDatum,
  encodeDatumInto,
  type Datum,
} from "../../kernel-lib/src/caffe/index.js";
import { decodeAnyDatum, encodeAnyDatum } from "../../kernel-lib/src/caffe/datum.js";
import { decodeRawDatum } from "../../kernel-lib/src/caffe/datumLayout.js";
import { dumpOf, recordsOf, sha1 } from "./fixtures.js";

const databases = ["fresh", "space", "shuffle", "gray", "encoded", "odd"];

describe("records of real Caffe databases", () => {
  test.each(databases)("decodeDatum reads what Caffe reads when the database is db_%s", async (name) => {
    const read = (await recordsOf(name)).map(([key, value]) => {
      const { channels, height, width, data, label, encoded } = decodeDatum(value, key);
      return {
        key,
        label,
        channels,
        height,
        width,
        encoded,
        value_size: value.length,
        data_sha1: sha1(data),
      };
    });
    const dumped = dumpOf(name).map(
      ({ key, label, channels, height, width, encoded, value_size, data_sha1 }) => {
        return { key, label, channels, height, width, encoded, value_size, data_sha1 };
      },
    );
    expect(read.length).toBeGreaterThan(0);
    expect(read).toEqual(dumped);
  });

  test.each(databases)("encodeDatum writes the same bytes again when the database is db_%s", async (name) => {
    for (const [key, value] of await recordsOf(name)) {
      expect(sha1(encodeDatum(decodeDatum(value, key))), key).toBe(sha1(value));
    }
  });
});

const raw: Datum = {
  channels: 3,
  height: 2,
  width: 2,
  data: new Uint8Array(12).fill(9),
  label: 1,
  encoded: false,
};

describe("encodeDatum", () => {
  test("the direct writer gives the protobuf library's bytes when the record is any raw one", () => {
    const datums = fc
      .record({
        channels: fc.integer({ min: 1, max: 4 }),
        height: fc.integer({ min: 1, max: 140 }),
        width: fc.integer({ min: 1, max: 140 }),
        label: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
        seed: fc.nat(255),
      })
      .map(({ seed, ...sizes }): Datum => {
        const data = new Uint8Array(sizes.channels * sizes.height * sizes.width).map((_, i) => i * 31 + seed);
        return { ...sizes, data, encoded: false };
      });
    fc.assert(
      fc.property(datums, (datum) => {
        const bytes = encodeDatum(datum);
        expect(Buffer.compare(bytes, encodeAnyDatum(datum))).toBe(0);
        const { data, ...rest } = decodeDatum(bytes, "example");
        expect(Buffer.compare(data, datum.data)).toBe(0);
        const { channels, height, width, label, encoded } = datum;
        expect(rest).toStrictEqual({ channels, height, width, label, encoded });
      }),
      { numRuns: 200 },
    );
  });

  test("the direct reader agrees with the protobuf library about any bytes that it takes", () => {
    const changes = fc.record({
      label: fc.integer({ min: 0, max: 300 }),
      at: fc.nat(40),
      byte: fc.nat(255),
      length: fc.integer({ min: 0, max: 40 }),
    });
    let taken = 0;
    fc.assert(
      fc.property(changes, ({ label, at, byte, length }) => {
        const bytes = encodeDatum({ ...raw, label }).slice(0, length);
        bytes[at] = byte;
        const datum = decodeRawDatum(bytes);
        if (!datum) return;
        taken++;
        expect(datum).toEqual(decodeAnyDatum(bytes, "example"));
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(100);
    for (const length of encodeDatum(raw).keys()) {
      expect(decodeRawDatum(encodeDatum(raw).subarray(0, length))).toBeUndefined();
    }
  });

  test.each<[string, Datum]>([
    ["raw", raw],
    ["encoded", { ...raw, channels: 0, encoded: true }],
  ])(
    "encodeDatumInto writes a record that is %s at its place, and not beyond the memory's end",
    (_, datum) => {
      const alone = encodeDatum(datum);
      const target = new Uint8Array(alone.length + 10).fill(7);
      expect(encodeDatumInto(target, 4, datum)).toBe(alone.length + 4);
      expect(target).toEqual(Uint8Array.from([7, 7, 7, 7, ...alone, 7, 7, 7, 7, 7, 7]));
      expect(() => encodeDatumInto(target, 11, datum)).toThrow(RangeError);
    },
  );

  test("a record of floats survives when it is written and read", () => {
    const { data, ...rest } = raw;
    const floats = { ...rest, data: new Uint8Array(0), floatData: Float32Array.from(data, (v) => v / 7) };
    const read = decodeDatum(encodeDatum(floats), "example");
    expect(read).toEqual(floats);
    expect(datumValues(read)).toEqual(floats.floatData);
    expect(datumValues(raw)).toBe(data);
  });

  test("an encoded record keeps the sizes that it has when it is written and read", () => {
    const encoded: Datum = { ...raw, channels: 0, encoded: true };
    expect(decodeDatum(encodeDatum(encoded), "example")).toEqual(encoded);
  });

  test.each([
    ["a value is missing", { ...raw, data: new Uint8Array(11) }, /found 11 values, expected 12/],
    ["a size is negative", { ...raw, height: -2 }, /found a size of 3 x -2 x 2/],
    ["a size is no whole number", { ...raw, width: 2.5 }, /found a size of/],
    ["the image is empty", { ...raw, width: 0, data: new Uint8Array(0) }, /expected at least one/],
    ["the label is negative", { ...raw, label: -1 }, /found label -1/],
    [
      "an encoded record is empty",
      { ...raw, encoded: true, data: new Uint8Array(0) },
      /expected an image file/,
    ],
  ])("encodeDatum refuses when %s", (_, datum, message) => {
    expect(() => encodeDatum(datum)).toThrow(message);
    expect(() => decodeDatum(encodeAnyDatum(datum), "DB_train_1, key 7")).toThrow(
      datum.width === 2.5 ? /./ : /^DB_train_1, key 7: /,
    );
  });

  test("decodeDatum refuses when the sizes' product is beyond all memory", () => {
    const huge = encodeAnyDatum({ ...raw, channels: 2 ** 31 - 1, height: 2 ** 31 - 1, width: 2 ** 31 - 1 });
    expect(() => decodeDatum(huge, "key 7")).toThrow(/^key 7: found 12 values, expected/);
  });

  test("decodeDatum reads a record when its fields come in another order", () => {
    const bytes = new Uint8Array([0x28, 2, 0x22, 2, 7, 8, 0x18, 2, 0x10, 1, 0x08, 1]);
    expect(decodeDatum(bytes, "example")).toEqual({
      channels: 1,
      height: 1,
      width: 2,
      data: new Uint8Array([7, 8]),
      label: 2,
      encoded: false,
    });
  });
});
