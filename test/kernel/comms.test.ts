/** Comms: both ways, while a cell runs, with bytes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { streamText, TestKernel, withoutColours, type SendOptions } from "./client.js";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
  const { reply } = await kernel.execute(
    [
      'import { openComm, registerCommTarget } from "histobook";',
      'registerCommTarget("echo", (comm, { data }) => {',
      "  comm.send({ opened: data });",
      "  comm.onMessage(({ data, metadata, buffers }) => {",
      '    console.log("heard", JSON.stringify(data));',
      "    comm.send({ echo: data }, { metadata, buffers });",
      "  });",
      '  comm.onClose(({ data }) => console.log("closed", JSON.stringify(data)));',
      "});",
      'registerCommTarget("broken", () => { throw new Error("no line") });',
    ].join("\n"),
  );
  expect(reply.status).toBe("ok");
});
afterAll(() => kernel.close());

/** Comm messages have no reply; they are done at their idle. */
async function comm(type: string, content: object, options: SendOptions = {}) {
  const id = kernel.send(type, content as Record<string, unknown>, options);
  const states = () =>
    kernel.publishedFor(id).flatMap(({ content: { execution_state: state } }) => (state ? [state] : []));
  await kernel.until(() => states().includes("idle"));
  return { outputs: kernel.outputsOf(id), states: states() };
}

test("a comm is opened, answers with bytes while a cell runs, and is closed", async () => {
  const running = kernel.sendCell("await new Promise((done) => setTimeout(done, 1500));");
  const opened = await comm("comm_open", { comm_id: "c1", target_name: "echo", data: { hello: 1 } });
  expect(opened.states).toEqual(["busy", "idle"]);
  expect(opened.outputs.map(({ type, content }) => [type, content])).toEqual([
    ["comm_msg", { comm_id: "c1", data: { opened: { hello: 1 } } }],
  ]);
  const { outputs } = await comm(
    "comm_msg",
    { comm_id: "c1", data: { picked: 3 } },
    { buffers: [Uint8Array.of(1, 2, 3), new Uint8Array(100_000).fill(7)], metadata: { kind: "bytes" } },
  );
  // All of this while the cell still waits.
  expect(kernel.replies.some(({ parentHeader }) => parentHeader.msg_id === running)).toBe(false);
  expect(streamText({ outputs })).toBe('heard {"picked":3}\n');
  const { content, message } = outputs.find(({ type }) => type === "comm_msg")!;
  expect(content).toEqual({ comm_id: "c1", data: { echo: { picked: 3 } } });
  expect(message.metadata).toEqual({ kind: "bytes" });
  expect(message.buffers.map((buffer) => buffer.length)).toEqual([3, 100_000]);
  expect([...message.buffers[0]]).toEqual([1, 2, 3]);

  const info = (await kernel.request("comm_info_request", { target_name: "echo" })).reply;
  expect(info).toEqual({ status: "ok", comms: { c1: { target_name: "echo" } } });
  const closed = await comm("comm_close", { comm_id: "c1", data: { bye: true } });
  expect(streamText(closed)).toBe('closed {"bye":true}\n');
  expect((await kernel.request("comm_info_request")).reply).toEqual({ status: "ok", comms: {} });
  await kernel.answer(running);
});

test("a target that nobody has registered is answered by comm_close", async () => {
  const { outputs } = await comm("comm_open", { comm_id: "c2", target_name: "nobody", data: {} });
  expect(outputs.map(({ type, content }) => [type, content])).toEqual([
    ["comm_close", { comm_id: "c2", data: {} }],
  ]);
});

test("a handler that throws is shown, and its comm closed", async () => {
  const { outputs } = await comm("comm_open", { comm_id: "c3", target_name: "broken", data: {} });
  expect(outputs.map(({ type }) => type)).toEqual(["comm_close", "stream"]);
  expect(withoutColours(streamText({ outputs }, "stderr"))).toContain("Error: no line");
});

test("a cell opens a comm, and what comes back reaches it", async () => {
  const id = kernel.sendCell(
    [
      'const line = openComm("view", { size: 2 }, { buffers: [Uint8Array.of(9)] });',
      "const answer = new Promise((resolve) => line.onMessage(({ data }) => resolve(data)));",
      "console.log(JSON.stringify(await answer));",
      "line.close({ done: 1 });",
    ].join("\n"),
  );
  const open = () => kernel.outputsOf(id).find(({ type }) => type === "comm_open");
  await kernel.until(() => open() !== undefined);
  const { content, message } = open()!;
  expect(content).toMatchObject({ target_name: "view", data: { size: 2 } });
  expect([...message.buffers[0]]).toEqual([9]);
  await comm("comm_msg", { comm_id: content.comm_id, data: { chosen: "a" } });
  const answer = await kernel.answer(id);
  expect(streamText(answer)).toBe('{"chosen":"a"}\n');
  expect(answer.outputs.at(-1)).toMatchObject({
    type: "comm_close",
    content: { comm_id: content.comm_id, data: { done: 1 } },
  });
});
