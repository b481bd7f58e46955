import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistobookError, isHistobookError } from "../../kernel-lib/src/foundation/index.js";
import {
  decodeDatum,
  decodeMean,
  decodeModel,
  decodeSolverState,
  encodeDatum,
  encodeMean,
  encodeModel,
  encodeSolverState,
  parseNet,
  parseSolver,
  readModel,
  readSolverState,
} from "../../kernel-lib/src/caffe/index.js";
import { bytesOf, dumpOf, golden, recordsOf, textOf } from "./fixtures.js";
import { join } from "node:path";

/** Real files made smaller, so that a mutation hits what matters and a case takes microseconds. */
const smallModel = (() => {
  const { net, weights } = readModel(join(golden, "d", "init.caffemodel"));
  const few = new Map(
    [...weights].map(([name]) => [name, [{ shape: [2], data: new Float32Array([0.5, 1]) }]]),
  );
  return encodeModel(net, few);
})();
const smallState = (() => {
  const { history, ...rest } = readSolverState(join(golden, "d", "run_iter_10.solverstate"));
  return encodeSolverState({ ...rest, history: history.filter(({ data }) => data.length < 100) });
})();
const smallMean = encodeMean({ channels: 3, height: 2, width: 2, data: new Float32Array(12).fill(120) });
const smallDatum = encodeDatum({
  channels: 3,
  height: 2,
  width: 2,
  data: new Uint8Array(12).fill(9),
  label: 1,
  encoded: false,
});

/** Damages bytes: some changed, a piece cut out or doubled, the end cut off, rubbish put in. */
function damaged(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(original.length);
  const changes = fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 8 }).map((pairs) => {
    const bytes = original.slice();
    for (const [at, value] of pairs) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
  const spliced = fc
    .tuple(place, place, fc.uint8Array({ maxLength: 12 }))
    .map(([start, end, rubbish]) =>
      Uint8Array.from([...original.subarray(0, start), ...rubbish, ...original.subarray(end)]),
    );
  const cut = place.map((length) => original.slice(0, length));
  return fc.oneof(changes, spliced, cut, fc.uint8Array({ maxLength: 200 }));
}

/** A reader either reads, and then what it writes reads again as the same; or it throws the one kind of error. */
function readsOrRefuses<T>(read: () => T, check: (value: T) => void): void {
  let value: T;
  try {
    value = read();
  } catch (error) {
    if (!isHistobookError(error)) throw error;
    expect(["BadInput", "Unsupported"]).toContain(error.code);
    expect(error.message.startsWith("file")).toBe(true);
    return;
  }
  check(value);
}

const cases = { numRuns: 1500 };

describe("damaged files", () => {
  test("decodeDatum reads or refuses whatever happens to a record", () => {
    fc.assert(
      fc.property(damaged(smallDatum), (bytes) =>
        readsOrRefuses(
          () => decodeDatum(bytes, "file"),
          (datum) => {
            expect(datum.data.length).toBeLessThanOrEqual(bytes.length);
            expect(decodeDatum(encodeDatum(datum), "file")).toEqual(datum);
          },
        ),
      ),
      cases,
    );
  });

  test("decodeMean reads or refuses whatever happens to a mean", () => {
    fc.assert(
      fc.property(damaged(smallMean), (bytes) =>
        readsOrRefuses(
          () => decodeMean(bytes, "file"),
          (mean) => expect(decodeMean(encodeMean(mean), "file")).toEqual(mean),
        ),
      ),
      cases,
    );
  });

  test("decodeModel reads or refuses whatever happens to a model", () => {
    fc.assert(
      fc.property(damaged(smallModel), (bytes) =>
        readsOrRefuses(
          () => decodeModel(bytes, "file"),
          ({ weights }) => {
            const values = [...weights.values()].flat().reduce((sum, { data }) => sum + data.length, 0);
            expect(values).toBeLessThanOrEqual(bytes.length);
          },
        ),
      ),
      cases,
    );
  });

  test("decodeSolverState reads or refuses whatever happens to a state", () => {
    fc.assert(
      fc.property(damaged(smallState), (bytes) =>
        readsOrRefuses(
          () => decodeSolverState(bytes, "file"),
          (state) => expect(decodeSolverState(encodeSolverState(state), "file")).toEqual(state),
        ),
      ),
      cases,
    );
  });

  test.each([
    ["parseNet", parseNet, textOf("d", "1-net.prototxt")],
    ["parseSolver", parseSolver, textOf("d", "1-solver.prototxt")],
  ])("%s reads or refuses whatever happens to a prototxt", (_, parse, text) => {
    const original = new TextEncoder().encode(text.slice(0, 1200));
    fc.assert(
      fc.property(damaged(original), (bytes) =>
        readsOrRefuses<unknown>(
          () => parse(new TextDecoder().decode(bytes), "file"),
          (value) => expect(value).toBeDefined(),
        ),
      ),
      { numRuns: 500 },
    );
  });

  test("every beginning of a real record, mean, model and state is refused when it is cut short", async () => {
    const [[, record]] = await recordsOf("space");
    expect(record.length).toBe(dumpOf("space")[0].value_size);
    // What is cut off is never only optional: the last field of each file is one that sizes or labels need.
    for (let length = 0; length < record.length - 4; length += 7) {
      expect(() => decodeDatum(record.subarray(0, length), "file")).toThrow(HistobookError);
    }
    const mean = bytesOf("c", "mean_space.binaryproto");
    for (let length = 0; length < mean.length; length += 97) {
      expect(() => decodeMean(mean.subarray(0, length), "file")).toThrow(HistobookError);
    }
    const model = bytesOf("d", "init.caffemodel");
    const inConv2 = 30_000;
    expect(() => decodeModel(model.subarray(0, inConv2), "file")).toThrow(
      /cut short.*a length of \d+ at byte \d+ where/,
    );
    expect(() => decodeModel(model.subarray(0, model.length - 3), "file")).toThrow(HistobookError);
    const state = bytesOf("d", "run_iter_10.solverstate");
    expect(() => decodeSolverState(state.subarray(0, state.length - 6), "file")).toThrow(HistobookError);
  });

  test("a claim of 2 GB in 1 KB is refused without taking memory", () => {
    // Field 4 (a record's data), 5 (a mean's values), 100 (a layer), 3 (a history array), each of 2^31 - 1 bytes.
    const claim = (...tag: number[]) =>
      new Uint8Array([...tag, 0xff, 0xff, 0xff, 0xff, 0x07, ...Array<number>(1000).fill(1)]);
    const before = process.memoryUsage();
    for (let repeat = 0; repeat < 100; repeat++) {
      expect(() => decodeDatum(claim(0x22), "file")).toThrow(
        /a length of 2147483647 at byte 0 where 1000 bytes are left/,
      );
      expect(() => decodeMean(claim(0x2a), "file")).toThrow(/a length of 2147483647/);
      expect(() => decodeModel(claim(0xa2, 0x06), "file")).toThrow(/a length of 2147483647/);
      expect(() => decodeSolverState(claim(0x1a), "file")).toThrow(/a length of 2147483647/);
    }
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(200 * 2 ** 20);
  });

  test("a message that runs past what encloses it is refused, as is a field of another kind", () => {
    // A shape of 3 bytes inside an array of 4: its last size would borrow the byte after it.
    expect(() => decodeMean(new Uint8Array([0x3a, 3, 0x0a, 2, 1, 1]), "file")).toThrow(
      /a length of 2 at byte 2 where 1/,
    );
    expect(() => decodeMean(new Uint8Array([0x2a, 3, 0, 0, 0]), "file")).toThrow(/data of 3 bytes at byte 2/);
    expect(() => decodeMean(new Uint8Array([0x28, 1]), "file")).toThrow(/data in another form at byte 0/);
    expect(() => decodeMean(new Uint8Array([0x0a, 1, 1]), "file")).toThrow(/num of 1 bytes at byte 2/);
  });

  test.each([
    ["thousands of escapes in a string without end", "name: '" + "\\'".repeat(400_000)],
    ["quotes alone", '"'.repeat(900_000)],
    ["beginnings of placeholders", "%(a".repeat(300_000)],
    ["thousands of layers and then an error", 'layer { name: "a" }\n'.repeat(12_000) + "oops: 3"],
    ["more than any network needs", " ".repeat(2 ** 21)],
  ])("a prototxt is refused at once when it has %s", (_, text) => {
    expect(() => parseNet(text, "file")).toThrow(HistobookError);
  });

  test("millions of empty layers, arrays or unknown fields are refused without taking memory", () => {
    const repeated = (...bytes: number[]) => new Uint8Array(6_000_000).map((_, i) => bytes[i % bytes.length]);
    expect(() => decodeModel(repeated(0xa2, 6, 0), "file")).toThrow(/more than 100000 parts/);
    expect(() => decodeSolverState(repeated(0x1a, 0), "file")).toThrow(/more than 100000 parts/);
    expect(() => decodeDatum(repeated(0x78, 1), "file")).toThrow(/more than 100000 parts/);
  });

  test("groups nested without end are refused", () => {
    expect(() => decodeMean(new Uint8Array(100_000).fill(0x7b), "file")).toThrow(HistobookError);
  });
});
