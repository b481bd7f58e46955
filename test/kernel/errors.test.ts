/** Errors as a notebook's reader and a program see them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resultText, streamText, TestKernel, tracebackText } from "./client.js";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});
afterAll(() => kernel.close());

describe("a cell that throws", () => {
  test("shows its TypeScript lines with a caret, and no frames of tslab or Node", async () => {
    const answer = await kernel.execute(
      [
        "interface Wide { x: number }",
        "function check({ x }: Wide): void {",
        '  if (x > 1) throw new RangeError("too wide");',
        "}",
        "check({ x: 3 });",
      ].join("\n"),
    );
    expect(answer.reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "too wide" });
    const [error] = answer.outputs;
    expect(error.type).toBe("error");
    const { ename, evalue, traceback, execution_count: count } = answer.reply;
    expect(error.content).toEqual({ ename, evalue, traceback });
    expect(tracebackText(answer).split("\n")).toEqual([
      `In[${String(count)}], check(), line 3`,
      "      1 interface Wide { x: number }",
      "      2 function check({ x }: Wide): void {",
      '----> 3   if (x > 1) throw new RangeError("too wide");',
      "                           ^",
      "      4 }",
      "      5 check({ x: 3 });",
      `In[${String(count)}], line 5`,
      '      3   if (x > 1) throw new RangeError("too wide");',
      "      4 }",
      "----> 5 check({ x: 3 });",
      "        ^",
      "RangeError: too wide",
    ]);
  });

  test("after an await that a library's promise rejects, still shows the cell's own line", async () => {
    const answer = await kernel.execute(
      'import { readFile } from "node:fs/promises";\n\nawait readFile("missing.txt");',
    );
    expect(answer.reply).toMatchObject({ status: "error", ename: "Error" });
    expect(tracebackText(answer)).toContain("In[");
    expect(tracebackText(answer)).toContain("ENOENT");
    const nested = await kernel.execute(
      [
        "const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));",
        'async function work(): Promise<void> { await sleep(2); throw new Error("late"); }',
        "await work();",
      ].join("\n"),
    );
    expect(tracebackText(nested)).toMatch(/work\(\), line 2[\s\S]*\n.*line 3\n/);
  });

  test("shows causes and the errors of an AggregateError", async () => {
    const answer = await kernel.execute(
      'throw new AggregateError([new TypeError("one"), new Error("two", { cause: "because" })], "both");',
    );
    const text = tracebackText(answer);
    expect(answer.reply).toMatchObject({ ename: "AggregateError", evalue: "both" });
    expect(text).toMatch(
      /AggregateError: both[\s\S]*Error 1 of it:[\s\S]*TypeError: one[\s\S]*Error 2 of it:[\s\S]*Error: two[\s\S]*Caused by:[\s\S]*because/,
    );
  });

  test.each([
    ['throw "only text"', "only text"],
    ["throw { code: 5 }", "{ code: 5 }"],
    ["throw undefined", "undefined"],
    ["await Promise.reject(null)", "null"],
  ])("%s is an error as well", async (code, evalue) => {
    expect((await kernel.execute(code)).reply).toMatchObject({ status: "error", ename: "Thrown", evalue });
  });

  test("shows a histobook error as its sentence and its code", async () => {
    const answer = await kernel.execute('import { openStudy } from "histobook";\nopenStudy("nowhere");');
    expect(answer.reply.ename).toBe("HistobookError");
    expect(String(answer.reply.evalue)).toContain("nowhere");
    const text = tracebackText(answer);
    expect(text).toMatch(/HistobookError \(\w+\): .*nowhere/);
    expect(text).toContain('----> 2 openStudy("nowhere");');
    expect(text).not.toMatch(/dist|node:|node_modules/);
  });
});

test("type errors have the same form, and nothing of the cell is run", async () => {
  const answer = await kernel.execute('console.log("not run");\nconst label: string = 4 as number;');
  expect(answer.reply).toMatchObject({
    status: "error",
    ename: "TypeScriptError",
    evalue: "Type 'number' is not assignable to type 'string'. (line 2)",
  });
  expect(tracebackText(answer).split("\n").slice(1)).toEqual([
    '      1 console.log("not run");',
    "----> 2 const label: string = 4 as number;",
    "              ^^^^^",
    "TypeScriptError (TS2322): Type 'number' is not assignable to type 'string'.",
  ]);
  expect(streamText(answer)).toBe("");
});

describe("after an error", () => {
  test("cells that were asked for before it are aborted; later ones are run", async () => {
    const failing = kernel.sendCell('await null; throw new Error("stop")');
    const behind = [kernel.sendCell("1"), kernel.sendCell("2")];
    expect((await kernel.answer(failing)).reply.status).toBe("error");
    for (const id of behind) {
      const { reply, replyMessage, outputs, states } = await kernel.answer(id);
      expect(reply).toEqual({ status: "aborted" });
      expect(replyMessage.metadata.status).toBe("aborted");
      expect([outputs, states]).toEqual([[], ["busy", "idle"]]);
    }
    expect(resultText(await kernel.execute("3"))).toBe("3");
  });

  test("with stop_on_error false no cell is skipped", async () => {
    const failing = kernel.sendCell('throw new Error("go on")', { stop_on_error: false });
    const behind = kernel.sendCell("4");
    expect((await kernel.answer(failing)).reply.status).toBe("error");
    expect(resultText(await kernel.answer(behind))).toBe("4");
  });

  test("what the cell had set stays, and what it had not reached keeps its old value and type", async () => {
    await kernel.execute("let kept = 1; let old: number = 2;");
    await kernel.execute(
      'const fresh = "set"; kept = 5; throw new Error("here"); const old = "not reached";',
    );
    expect(resultText(await kernel.execute("[fresh.length, kept, old.toFixed(1)]"))).toBe("[ 3, 5, '2.0' ]");
  });
});

test("errors that nobody catches appear in the cell that started the work, and the kernel goes on", async () => {
  const first = kernel.sendCell('setTimeout(() => { throw new Error("stray") }, 300); "started"');
  await kernel.answer(first);
  const second = kernel.sendCell('setTimeout(() => void Promise.reject(new Error("lost")), 100); "second"');
  await kernel.answer(second);
  await kernel.execute("0");
  const text = (id: string) => streamText({ outputs: kernel.outputsOf(id) }, "stderr");
  await kernel.until(() => text(first).includes("stray") && text(second).includes("lost"));
  expect(text(first)).not.toContain("lost");
  expect(resultText(await kernel.execute("6 * 7"))).toBe("42");
});

describe("execute_request's options", () => {
  test("silent publishes nothing and counts nothing", async () => {
    const before = (await kernel.execute("0")).reply.execution_count;
    const answer = await kernel.execute('console.log("quiet"); display("x"); 5', { silent: true });
    expect(answer.outputs).toEqual([]);
    expect(answer.reply.execution_count).toBe(before);
    expect((await kernel.execute("0")).reply.execution_count).toBe((before as number) + 1);
  });

  test("store_history false does not count", async () => {
    const before = (await kernel.execute("0")).reply.execution_count;
    const answer = await kernel.execute("5", { store_history: false });
    expect(resultText(answer)).toBe("5");
    expect((await kernel.execute("0")).reply.execution_count).toBe((before as number) + 1);
  });

  test("user_expressions are evaluated one by one", async () => {
    const { reply } = await kernel.execute("const seven = 7;", {
      user_expressions: { good: "seven + 1", thrown: "seven.missing.deeper", syntax: "1 +" },
    });
    expect(reply.user_expressions).toMatchObject({
      good: { status: "ok", data: { "text/plain": "8" }, metadata: {} },
      thrown: { status: "error", ename: "TypeScriptError" },
      syntax: { status: "error", ename: "TypeScriptError" },
    });
  });
});
