// What can happen to a file: fast-check arbitraries of damaged bytes, made from real files.
import fc from "fast-check";

/** Numbers at which readers go wrong: nothing, the largest of each kind, and those just beside. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Words that mean something to a program where a name or a number should be. */
const words = [
  "",
  "\0",
  "\n",
  "\r\n",
  "\t",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "/",
  "\\",
  "null",
  "NaN",
  "-1",
  "1e999",
  "1e308",
  "99999999999999999999",
  "0.1",
  "true",
  "[]",
  "{}",
  '{"__proto__":{"a":1}}',
  "%s%n",
  "<script>",
  "\u202e",
  "\ud83d\ude00",
  "é",
  "a".repeat(5000),
  "[".repeat(3000),
  '"',
  "'",
  "{{x}}",
  "$(id)",
  "`id`",
].map((word) => Buffer.from(word));

/** One change: where, and what. */
function change(length) {
  const place = fc.nat(Math.max(0, length));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("byte"), at: place, value: fc.nat(255) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("number"),
        at: place,
        value: fc.constantFrom(...edges),
        bytes: fc.constantFrom(1, 2, 4),
        big: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("word"),
        at: place,
        over: fc.nat(12),
        value: fc.constantFrom(...words),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), at: place }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("out"), at: place, bytes: fc.nat(200) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("again"),
        at: place,
        bytes: fc.nat(200),
        times: fc.integer({ min: 1, max: 20 }),
      }),
    },
  );
}

function apply(bytes, { kind, at, value, over, bytes: count, big, times }) {
  const place = Math.min(at, bytes.length);
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case "byte": {
      const copy = Buffer.from(bytes);
      if (place < copy.length) copy[place] = value;
      return copy;
    }
    case "number": {
      const copy = Buffer.from(bytes);
      for (let i = 0; i < count && place + i < copy.length; i++)
        copy[place + i] = (value >>> (8 * (big ? count - 1 - i : i))) & 0xff;
      return copy;
    }
    case "word":
      return Buffer.concat([head, value, tail.subarray(over)]);
    case "cut":
      return Buffer.from(head);
    case "out":
      return Buffer.concat([head, tail.subarray(count)]);
    default:
      return Buffer.concat([head, ...Array(times).fill(tail.subarray(0, count)), tail]);
  }
}

/** Values of another kind than the one that stands there. */
const oddValues = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  "x",
  "__proto__",
  "../../etc/passwd",
  "\u0000\n",
  "a".repeat(5000),
  [],
  [null],
  [[[]]],
  {},
  { length: 1e9 },
];

/** The places in JSON data, as lists of keys. */
function placesIn(data, at = []) {
  if (typeof data !== "object" || data === null) return [at];
  return [at, ...Object.entries(data).flatMap(([key, value]) => placesIn(value, [...at, key]))];
}

function put(data, [place, odd]) {
  // A copy: what is put here may be changed by the next change.
  const value = structuredClone(odd);
  if (place.length === 0) return value;
  const holder = place.slice(0, -1).reduce((part, key) => part?.[key], data);
  if (typeof holder === "object" && holder !== null) holder[place.at(-1)] = value;
  return data;
}

/** JSON of which one to three values are of another kind, so that a reader gets beyond the syntax. */
function oddJson(file) {
  const data = JSON.parse(file);
  const change = fc.tuple(fc.constantFrom(...placesIn(data)), fc.constantFrom(...oddValues));
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => Buffer.from(JSON.stringify(changes.reduce(put, structuredClone(data)))));
}

/** Lines of JSON of which one has odd values. */
function oddLines(file) {
  const lines = file.toString().split("\n");
  return fc
    .nat(lines.length - 1)
    .chain((at) =>
      oddJson(lines[at]).map((line) =>
        Buffer.from(lines.map((text, i) => (i === at ? line : text)).join("\n")),
      ),
    );
}

/**
 * Real files with up to four changes each; seldom, bytes that never were a file.
 *
 * @param json "whole" or "lines" for files of JSON, half of which keep their syntax
 */
export function damaged(files, json) {
  const file = fc.constantFrom(...files);
  const changed = file.chain((bytes) =>
    fc
      .array(change(bytes.length), { minLength: 1, maxLength: 4 })
      .map((changes) => changes.reduce(apply, bytes)),
  );
  const nonsense = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const odd =
    json === undefined ? [] : [{ weight: 19, arbitrary: file.chain(json === "whole" ? oddJson : oddLines) }];
  return fc.oneof({ weight: 19, arbitrary: changed }, { weight: 1, arbitrary: nonsense }, ...odd);
}
