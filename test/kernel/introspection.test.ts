/** What a front end asks beside running cells; field by field as the protocol has it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resultText, streamText, TestKernel } from "./client.js";

/** A matcher inside of an expected object; vitest types it as any. */
const like = (matcher: unknown): unknown => matcher;

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
  await kernel.execute(
    [
      "/**",
      " * Adds **two** numbers.",
      " *",
      " * @param a the first",
      " * @returns their sum",
      " */",
      "function addition(a: number, b: number): number { return a + b; }",
      'const word = "text";',
    ].join("\n"),
  );
});
afterAll(() => kernel.close());

test("kernel_info_reply", async () => {
  const { reply } = await kernel.request("kernel_info_request");
  expect(reply).toMatchObject({
    status: "ok",
    protocol_version: "5.4",
    implementation: "histobook",
    implementation_version: like(expect.stringMatching(/^\d+\.\d+\.\d+/)),
    language_info: {
      name: "typescript",
      version: like(expect.stringMatching(/^5\.9/)),
      mimetype: "text/typescript",
      file_extension: ".ts",
    },
    banner: like(expect.stringContaining("TypeScript")),
    help_links: [{ text: like(expect.any(String)), url: like(expect.any(String)) }],
    debugger: false,
  });
});

test("headers name the protocol's version, the kernel's session and the request", async () => {
  const { replyMessage, outputs } = await kernel.execute("1");
  expect(replyMessage.header).toMatchObject({
    msg_type: "execute_reply",
    version: "5.4",
    username: "kernel",
    date: like(expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)),
  });
  expect(replyMessage.header.session).toBe(outputs[0].message.header.session);
  expect(replyMessage.parentHeader.msg_type).toBe("execute_request");
  expect(replyMessage.metadata).toMatchObject({ status: "ok", started: like(expect.any(String)) });
});

describe("completion", () => {
  test("of members, with their kinds", async () => {
    const code = "word.toUp";
    const { reply } = await kernel.request("complete_request", { code, cursor_pos: code.length });
    expect(reply).toMatchObject({ status: "ok", cursor_start: 5, cursor_end: 9 });
    expect(reply.matches).toContain("toUpperCase");
    const types = (reply.metadata as { _jupyter_types_experimental: { text: string }[] })
      ._jupyter_types_experimental;
    expect(types.find(({ text }) => text === "toUpperCase")).toEqual({
      start: 5,
      end: 9,
      text: "toUpperCase",
      type: "method",
    });
  });

  test("of names of earlier cells, while a cell runs, counting characters and not UTF-16 units", async () => {
    const running = kernel.sendCell("await new Promise((done) => setTimeout(done, 1000));");
    const code = 'const icon = "🔬"; addit';
    const { reply } = await kernel.request("complete_request", { code, cursor_pos: [...code].length });
    expect(reply).toMatchObject({ matches: ["addition"], cursor_start: 18, cursor_end: 23 });
    expect(kernel.replies.some(({ parentHeader }) => parentHeader.msg_id === running)).toBe(false);
    await kernel.answer(running);
  });
});

describe("inspection", () => {
  test("shows signature and documentation, in Markdown and as text", async () => {
    const { reply } = await kernel.request("inspect_request", {
      code: "addition(1, 2)",
      cursor_pos: 3,
      detail_level: 0,
    });
    expect(reply).toMatchObject({ status: "ok", found: true, metadata: {} });
    const data = reply.data as Record<string, string>;
    expect(data["text/markdown"]).toContain(
      "```typescript\nfunction addition(a: number, b: number): number\n```\n\nAdds **two** numbers.",
    );
    expect(data["text/markdown"]).toContain("*@param* a the first");
    expect(data["text/plain"]).toContain(
      "function addition(a: number, b: number): number\n\nAdds **two** numbers.",
    );
  });

  test("of nothing finds nothing", async () => {
    const { reply } = await kernel.request("inspect_request", { code: "   ", cursor_pos: 1 });
    expect(reply).toEqual({ status: "ok", found: false, data: {}, metadata: {} });
  });
});

test.each([
  ["1 + 1", { status: "complete" }],
  ["function f() {", { status: "incomplete", indent: "  " }],
  ["const open = `text", { status: "incomplete", indent: "" }],
  ["const x = ;", { status: "invalid" }],
  ["for await (const x of y) {}", { status: "complete" }],
])("is_complete of %j", async (code, expected) => {
  expect((await kernel.request("is_complete_request", { code })).reply).toEqual(expected);
});

test("history", async () => {
  await kernel.execute("3 * 3");
  const tail = await kernel.request("history_request", {
    hist_access_type: "tail",
    n: 1,
    output: true,
    raw: true,
  });
  expect(tail.reply).toEqual({ status: "ok", history: [[1, like(expect.any(Number)), ["3 * 3", "9"]]] });
  const search = await kernel.request("history_request", {
    hist_access_type: "search",
    pattern: "*3 ? 3",
    n: 5,
  });
  expect(search.reply.history).toEqual([[1, like(expect.any(Number)), "3 * 3"]]);
});

describe("prompt()", () => {
  test("asks the front end and returns its answer", async () => {
    const id = kernel.sendCell('const name = await prompt("Name? ", { password: true }); name.length', {
      allow_stdin: true,
    });
    const asked = () =>
      kernel.replies.find(
        ({ header, parentHeader }) => header.msg_type === "input_request" && parentHeader.msg_id === id,
      );
    await kernel.until(() => asked() !== undefined);
    expect(asked()!.content).toEqual({ prompt: "Name? ", password: true });
    kernel.send("input_reply", { status: "ok", value: "Ada" }, { channel: "stdin" });
    expect(resultText(await kernel.answer(id))).toBe("3");
  });

  test("says so where nobody can answer", async () => {
    const { reply } = await kernel.execute("await prompt()", { allow_stdin: false });
    expect(reply).toMatchObject({
      ename: "HistobookError",
      evalue: like(expect.stringContaining("nobody can answer")),
    });
  });
});

test("the heartbeat answers while a loop runs", async () => {
  const id = kernel.sendCell('console.log("on"); const end = Date.now() + 1000; while (Date.now() < end);');
  await kernel.until(() => streamText({ outputs: kernel.outputsOf(id) }) === "on\n");
  await kernel.heartbeat.send("ping");
  expect(String(await kernel.heartbeat.receive())).toBe("ping");
  expect(kernel.replies.some(({ parentHeader }) => parentHeader.msg_id === id)).toBe(false);
  await kernel.answer(id);
});

test("an unknown request gets its busy and idle, and the kernel goes on", async () => {
  const id = kernel.send("unheard_request", {});
  await kernel.until(() => kernel.publishedFor(id).length === 2);
  expect(resultText(await kernel.execute("5"))).toBe("5");
});
