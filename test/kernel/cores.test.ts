/** The kernel's pure cores: messages, stacks, declarations, history. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHistobookError } from "histobook";
import { keepDeclarations } from "../../kernel-lib/dist/kernel/compiler/declarations.js";
import { charactersBefore, unitsBefore } from "../../kernel-lib/dist/kernel/session/introspection.js";
import { History } from "../../kernel-lib/dist/kernel/session/history.js";
import { excerpt, framesOf } from "../../kernel-lib/dist/kernel/session/traceback.js";
import { decodeMessage, encodeMessage } from "../../kernel-lib/dist/kernel/wire/message.js";
import { withoutColours } from "./client.js";

describe("messages", () => {
  const signing = { key: "a key", hash: "sha256", session: "s" };

  test("come back as they were sent, whatever they hold", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 5 }), { maxLength: 2 }),
        fc.dictionary(
          fc.string().filter((name) => name !== "__proto__"),
          fc.string(),
        ),
        fc.array(fc.uint8Array(), { maxLength: 3 }),
        (identities, content, buffers) => {
          const frames = encodeMessage(
            {
              identities,
              type: "comm_msg",
              parentHeader: { msg_id: "p" },
              metadata: "{}",
              content: JSON.stringify(content),
              buffers,
            },
            signing,
          );
          const message = decodeMessage(frames, signing);
          expect(message.content).toEqual({ ...content });
          expect(message.header).toMatchObject({ msg_type: "comm_msg", session: "s" });
          expect(message.parentHeader).toEqual({ msg_id: "p" });
          expect([message.identities, message.buffers].flat().map((bytes) => [...bytes])).toEqual(
            [...identities, ...buffers].map((bytes) => [...bytes]),
          );
        },
      ),
    );
  });

  test("are signed over header, parent, metadata and content; another key's are refused", () => {
    const frames = encodeMessage(
      {
        identities: [],
        type: "x",
        parentHeader: {},
        metadata: "{}",
        content: "{}",
        buffers: [Buffer.from("b")],
      },
      signing,
    );
    const hmac = createHmac("sha256", "a key");
    for (const part of frames.slice(2, 6)) hmac.update(part);
    expect(Buffer.from(frames[1]).toString()).toBe(hmac.digest("hex"));
    for (const wrong of [
      () => decodeMessage(frames, { ...signing, key: "other" }),
      () => decodeMessage([], signing),
    ])
      expect(wrong).toThrow(expect.toSatisfy((error) => isHistobookError(error, "BadInput")) as Error);
  });
});

test("positions in characters and in UTF-16 units are each other's inverse", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (code, position) => {
      const inside = Math.min(position, [...code].length);
      expect(charactersBefore(code, unitsBefore(code, inside))).toBe(inside);
    }),
  );
});

test("a stack's frames are those of the user's code, innermost first", () => {
  const stack = [
    "Error: x",
    "    at inner (In[2]:3:5)",
    "    at node:internal/timers:1:2",
    "    at async outer (helper.ts:10:1)",
    "    at async In[3]:1:7",
    "    at first (my copy (1).ts:4:5)",
    "    at my copy (1).ts:6:7",
    "    at Object.<anonymous> (/work/node_modules/tslab/dist/executor.js:2:2)",
  ].join("\n");
  const known = ["In[2]", "In[3]", "helper.ts", "my copy (1).ts"];
  expect(framesOf(stack, (label) => (known.includes(label) ? "" : undefined))).toEqual([
    { label: "In[2]", line: 3, column: 5, name: "inner" },
    { label: "helper.ts", line: 10, column: 1, name: "outer" },
    { label: "In[3]", line: 1, column: 7, name: undefined },
    { label: "my copy (1).ts", line: 4, column: 5, name: "first" },
    { label: "my copy (1).ts", line: 6, column: 7, name: undefined },
  ]);
});

test("an excerpt's caret stands below its character, also behind tabs", () => {
  expect(excerpt("a\n\tbad()\nc", 2, 2, 3).map(withoutColours)).toEqual([
    "      1 a",
    "----> 2 \tbad()",
    "        \t^^^",
    "      3 c",
  ]);
});

test("declarations are kept by name; types stay", () => {
  const declarations = [
    'import fs, { readFileSync, rmSync as remove } from "node:fs";',
    "declare const a: number, b: string;",
    "declare function f(): void;",
    "interface Shape { x: number }",
    "declare class C {}",
  ].join("\n");
  expect(
    keepDeclarations(declarations, (name) => ["remove", "b", "C"].includes(name))
      .trim()
      .split("\n"),
  ).toEqual([
    'import { rmSync as remove } from "node:fs";',
    "declare const b: string;",
    "interface Shape {",
    "    x: number;",
    "}",
    "declare class C {",
    "}",
  ]);
});

test("history answers ranges, tails and searches", () => {
  const history = new History();
  ["a = 1", "b(2)", "a = 1"].forEach((input, index) => history.add(index + 1, input));
  expect(history.answer({ hist_access_type: "range", session: 0, start: 2, stop: 4 })).toEqual([
    [1, 2, "b(2)"],
    [1, 3, "a = 1"],
  ]);
  expect(history.answer({ hist_access_type: "tail", n: 1, output: true })).toEqual([[1, 3, ["a = 1", null]]]);
  expect(history.answer({ hist_access_type: "search", pattern: "a*", unique: true })).toEqual([
    [1, 3, "a = 1"],
  ]);
  expect(history.answer({ hist_access_type: "search", pattern: "b(?)" })).toEqual([[1, 2, "b(2)"]]);
});

test("history keeps all inputs, and of the results the newest million characters", () => {
  const history = new History();
  const results = [
    "first",
    "x".repeat(600_000),
    undefined,
    "y".repeat(600_000),
    "last",
    "z".repeat(2_000_000),
  ];
  const kept = () =>
    (
      history.answer({ hist_access_type: "range", output: true }) as [
        number,
        number,
        [string, string | null],
      ][]
    )
      .map(([, , [, output]]) => output?.[0] ?? "-")
      .join("");
  const seen = results.map((result, index) => {
    history.setOutput(history.add(index + 1, `cell ${index + 1}`), result);
    return kept();
  });
  expect(seen).toEqual(["f", "fx", "fx-", "---y", "---yl", "------"]);
  expect(history.inputOf(1)).toBe("cell 1");
});
