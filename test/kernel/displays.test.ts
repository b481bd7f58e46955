/** What cells show: forms by MIME type, updates, and in which cell. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { streamText, TestKernel } from "./client.js";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});
afterAll(() => kernel.close());

const shaped = (hook: string) => `({ [Symbol.for("Jupyter.display")]: ${hook} })`;

test("the last expression is the result, by its hook or as Node prints it", async () => {
  const plain = await kernel.execute("({ a: [1, 2] })");
  expect(plain.outputs.map(({ type, content }) => [type, content])).toEqual([
    [
      "execute_result",
      {
        data: { "text/plain": "{ a: [ 1, 2 ] }" },
        metadata: {},
        execution_count: plain.reply.execution_count,
      },
    ],
  ]);
  const hooked = await kernel.execute(shaped('() => ({ "text/html": "<b>x</b>", "text/plain": "x" })'));
  expect(hooked.outputs[0].content.data).toEqual({ "text/html": "<b>x</b>", "text/plain": "x" });
  const later = await kernel.execute(shaped('async () => ({ "image/png": new Uint8Array([1, 2]) })'));
  expect(later.outputs[0].content.data).toEqual({ "image/png": "AQI=" });
  expect((await kernel.execute("const nothing = 1;")).outputs).toEqual([]);
  expect((await kernel.execute("undefined")).outputs).toEqual([]);
});

test("display() shows any value, with metadata, and waits for a hook that takes time", async () => {
  const { outputs, states } = await kernel.execute(
    [
      `display(${shaped('async () => { await new Promise((done) => setTimeout(done, 50)); return { "text/plain": "late" } }')});`,
      'display(5, { metadata: { "text/plain": { size: 2 } }, id: "five" });',
    ].join("\n"),
  );
  expect(outputs.map(({ type, content }) => [type, content])).toEqual([
    [
      "display_data",
      {
        data: { "text/plain": "5" },
        metadata: { "text/plain": { size: 2 } },
        transient: { display_id: "five" },
      },
    ],
    ["display_data", { data: { "text/plain": "late" }, metadata: {}, transient: {} }],
  ]);
  expect(states).toEqual(["busy", "idle"]);
});

test("an output is updated by its id from a later cell", async () => {
  await kernel.execute('display("before", { id: "named" });');
  const { outputs } = await kernel.execute('display("after", { id: "named", update: true });');
  expect(outputs.map(({ type, content }) => [type, content.data, content.transient])).toEqual([
    ["update_display_data", { "text/plain": "'after'" }, { display_id: "named" }],
  ]);
});

test("what a background task puts out stays in the cell that started it", async () => {
  const first = kernel.sendCell(
    [
      "const timer = setTimeout(() => {",
      '  console.log("from the first"); console.error("its error"); display("shown", { id: "late" });',
      "}, 200);",
    ].join("\n"),
  );
  await kernel.answer(first);
  const second = kernel.sendCell(
    'console.log("from the second"); await new Promise((done) => setTimeout(done, 500));',
  );
  const answer = await kernel.answer(second);
  expect(streamText(answer)).toBe("from the second\n");
  expect(answer.outputs).toHaveLength(1);
  const outputs = kernel.outputsOf(first);
  expect(outputs.map(({ type, content }) => [type, content.name ?? content.data, content.text])).toEqual([
    ["stream", "stdout", "from the first\n"],
    ["stream", "stderr", "its error\n"],
    ["display_data", { "text/plain": "'shown'" }, undefined],
  ]);
});

test("a loop's output is shown while it runs, and many lines travel in few messages", async () => {
  const id = kernel.sendCell(
    [
      'console.log("first");',
      "const end = Date.now() + 1500;",
      "let lines = 0;",
      "while (Date.now() < end) if (lines++ < 5000) console.log(lines);",
      'console.log("last");',
    ].join("\n"),
  );
  await kernel.until(() => streamText({ outputs: kernel.outputsOf(id) }).startsWith("first"));
  expect(streamText({ outputs: kernel.outputsOf(id) })).not.toContain("last");
  const answer = await kernel.answer(id);
  expect(streamText(answer).split("\n")).toHaveLength(5003);
  expect(answer.outputs.length).toBeLessThan(500);
});

test("clear_output travels with its wait", async () => {
  const { outputs } = await kernel.execute(
    'import { clearOutput } from "histobook";\nconsole.log(1); clearOutput({ wait: true }); console.log(2);',
  );
  expect(outputs.map(({ type, content }) => [type, content.text ?? content.wait])).toEqual([
    ["stream", "1\n"],
    ["clear_output", true],
    ["stream", "2\n"],
  ]);
});

test("the library's displays and tslab's own work here", async () => {
  const { outputs, reply } = await kernel.execute(
    [
      'import { display as show, progressDisplay, bundleBytes } from "histobook";',
      'import * as tslab from "tslab";',
      "const report = progressDisplay();",
      'report({ event: "progress", step: "patches", done: 1, total: 2, unit: "images" });',
      'report({ event: "progress", step: "patches", done: 2, total: 2, unit: "images" });',
      'show({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "own" }) });',
      'tslab.display.html("<i>tslab</i>");',
      "const named = tslab.newDisplay();",
      'named.text("one"); named.text("two");',
    ].join("\n"),
  );
  expect(reply.status).toBe("ok");
  expect(outputs.map(({ type, content }) => [type, Object.keys(content.data as object)])).toEqual([
    ["display_data", ["text/html", "text/plain"]],
    ["update_display_data", ["text/html", "text/plain"]],
    ["display_data", ["text/plain"]],
    ["display_data", ["text/html"]],
    ["display_data", ["text/plain"]],
    ["update_display_data", ["text/plain"]],
  ]);
});
