/** Interrupts and the kernel's end. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newPreparedStudy } from "../training/smallStudy.js";
import { isAlive, resultText, streamText, TestKernel, tracebackText } from "./client.js";

describe("interrupt", () => {
  let kernel: TestKernel;
  beforeAll(async () => {
    kernel = await TestKernel.start();
    await kernel.execute("const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));");
  });
  afterAll(() => kernel.close());

  /** Runs a cell that says "started", and interrupts it then. */
  async function interruptCell(code: string) {
    const id = kernel.sendCell(code);
    await kernel.until(() => streamText({ outputs: kernel.outputsOf(id) }).includes("started"));
    const { reply, states } = await kernel.request("interrupt_request", {}, { channel: "control" });
    expect([reply, states]).toEqual([{ status: "ok" }, ["busy", "idle"]]);
    return { id, ...(await kernel.answer(id)) };
  }

  test("stops a cell that awaits, shows where, runs its finally, and keeps what it had set", async () => {
    const answer = await interruptCell(
      [
        "const before = 41;",
        'console.log("started");',
        "try {",
        '  for (let i = 0; ; i++) { await sleep(20); console.log("tick"); }',
        "} finally {",
        '  console.log("tidied");',
        "}",
        "const after = 1;",
      ].join("\n"),
    );
    expect(answer.reply).toMatchObject({ status: "error", ename: "Interrupted" });
    expect(tracebackText(answer)).toMatch(/line 4\n[\s\S]*\^/);
    expect(streamText(answer)).toContain("tidied");
    expect(resultText(await kernel.execute("before + 1"))).toBe("42");
    await kernel.execute("await sleep(100);");
    expect(streamText({ outputs: kernel.outputsOf(answer.id) }).endsWith("tidied\n")).toBe(true);
  });

  test.each([
    ["at once", 'const kept1 = 1; console.log("started"); for (;;) {}'],
    ["after an await of nothing", 'const kept1 = 1; console.log("started"); await null; for (;;) {}'],
    ["after an await of a timer", 'const kept1 = 1; await sleep(10); console.log("started"); for (;;) {}'],
    [
      "in a timer's callback",
      'const kept1 = 1; await new Promise(() => setTimeout(() => { console.log("started"); for (;;) {} }, 10));',
    ],
    [
      "in an immediate's callback",
      'const kept1 = 1; await new Promise(() => setImmediate(() => { console.log("started"); for (;;) {} }));',
    ],
    [
      "that catches everything",
      'const kept1 = 1; console.log("started"); for (;;) { try { for (;;) {} } catch {} }',
    ],
    ["of awaits that never wait", 'const kept1 = 1; console.log("started"); for (;;) await 0;'],
  ])("stops a loop %s; the kernel and its values live on", async (_, code) => {
    const { reply } = await interruptCell(code);
    expect(reply).toMatchObject({ status: "error", ename: "Interrupted" });
    expect(resultText(await kernel.execute("await sleep(5); kept1 + 1"))).toBe("2");
    expect(kernel.process.exitCode).toBe(null);
  });

  // Each turn begins and ends asynchronous work, of which Node keeps a record that the end must not upset.
  test.each([
    ["awaits", "await 0; await new Promise((done) => queueMicrotask(() => done(0)));"],
    ["work in a context of its own", "await 0; resource.runInAsyncScope(() => {});"],
  ])("may come at any moment of a loop of %s", async (_, turn) => {
    await kernel.execute(
      'import { AsyncLocalStorage, AsyncResource } from "node:async_hooks"; const resource = new AsyncResource("TEST");',
    );
    for (let i = 0; i < 25; i++) {
      const { reply } = await interruptCell(`console.log("started"); for (;;) { ${turn} }`);
      expect(reply).toMatchObject({ status: "error", ename: "Interrupted" });
    }
    const answer = await kernel.execute(
      "const storage = new AsyncLocalStorage<number>(); await storage.run(42, async () => (await sleep(5), storage.getStore()))",
    );
    expect(resultText(answer)).toBe("42");
  });

  test("a loop that begins after its cell was interrupted is ended by the next interrupt", async () => {
    const waiting = await interruptCell(
      'console.log("started"); setTimeout(() => { console.log("late"); for (;;) {} }, 500); await sleep(60_000);',
    );
    expect(waiting.reply).toMatchObject({ status: "error", ename: "Interrupted" });
    await kernel.until(() => streamText({ outputs: kernel.outputsOf(waiting.id) }).includes("late"));
    await kernel.request("interrupt_request", {}, { channel: "control" });
    expect(resultText(await kernel.execute("40 + 2"))).toBe("42");
  });

  test("a stopped loop is shown with its line", async () => {
    const answer = await interruptCell(
      'let turns = 0;\nfunction spin(): void { while (true) turns++; }\nconsole.log("started");\nspin();',
    );
    expect(tracebackText(answer)).toMatch(/spin\(\), line 2\n[\s\S]*line 4\n/);
    expect(resultText(await kernel.execute("turns > 1000"))).toBe("true");
  });

  test("stops a cell that waits in a for await", async () => {
    const { reply } = await interruptCell(
      'console.log("started"); async function* ever() { for (;;) { await sleep(10); yield 1; } }\nfor await (const one of ever()) void one;',
    );
    expect(reply).toMatchObject({ ename: "Interrupted" });
  });

  test("aborts the queue behind it, and what was interrupted twice is given up", async () => {
    const stubborn = kernel.sendCell(
      'console.log("started"); for (;;) { try { await sleep(10); } catch { console.log("no"); } }',
    );
    const behind = kernel.sendCell("1");
    await kernel.until(() => kernel.outputsOf(stubborn).length > 0);
    await kernel.request("interrupt_request", {}, { channel: "control" });
    const answer = await kernel.answer(stubborn);
    expect(answer.reply).toMatchObject({ ename: "Interrupted" });
    expect((await kernel.answer(behind)).reply.status).toBe("aborted");
    const ticks = kernel.outputsOf(stubborn).length;
    await kernel.execute("await sleep(100);");
    expect(kernel.outputsOf(stubborn)).toHaveLength(ticks);
  });

  test("stops a cell that is still being compiled", async () => {
    const fresh = await TestKernel.start();
    // The first cell waits for the compiler.
    const id = fresh.sendCell("for (;;) {}");
    await fresh.until(() => fresh.publishedFor(id).length > 0);
    await fresh.request("interrupt_request", {}, { channel: "control" });
    expect((await fresh.answer(id)).reply).toMatchObject({ status: "error", ename: "Interrupted" });
    expect(resultText(await fresh.execute("1 + 1"))).toBe("2");
    fresh.close();
  });

  test("an interrupt of a kernel that runs nothing does nothing", async () => {
    await kernel.request("interrupt_request", {}, { channel: "control" });
    expect(resultText(await kernel.execute("2"))).toBe("2");
  });

  test("cellSignal tells the cell's own work", async () => {
    const answer = await interruptCell(
      [
        'import { cellSignal } from "histobook";',
        "const signal = cellSignal()!;",
        'console.log("started");',
        "await new Promise<void>((done) => signal.addEventListener('abort', () => setTimeout(done, 50)));",
        'console.log("ended by itself", signal.aborted);',
      ].join("\n"),
    );
    expect(answer.reply.status).toBe("ok");
    expect(streamText(answer)).toContain("ended by itself true");
  });

  test("a training stops and leaves a snapshot", async () => {
    const study = await newPreparedStudy();
    const answer = await interruptCell(
      [
        'import { openStudy, train } from "histobook";',
        `const study = openStudy(${JSON.stringify(study.directory)});`,
        "await train(study, {",
        "  fold: 1, iterations: 100000, batch: 4, snapshotEvery: 100000, engine: 'wasm',",
        "  report: (event) => { if (event.event === 'progress' && event.done > 0) console.log('started'); },",
        "});",
      ].join("\n"),
    );
    expect(answer.reply).toMatchObject({ status: "error", ename: "HistobookError" });
    expect(tracebackText(answer)).toContain("(Interrupted)");
    const snapshots = readdirSync(join(study.directory, "models")).filter((name) =>
      name.endsWith(".solverstate"),
    );
    expect(snapshots).toHaveLength(1);
  });
});

describe("shutdown", () => {
  test.each([
    ["of an idle kernel", "0", false],
    ["for a restart", "0", true],
    ["in a loop", 'console.log("started"); await null; for (;;) {}', false],
    ["in an await", 'console.log("started"); await new Promise(() => {});', false],
  ])("%s ends the process and its children", async (_, code, restart) => {
    const kernel = await TestKernel.start();
    const { outputs } = await kernel.execute(
      [
        'import { spawn } from "node:child_process";',
        'const child = spawn("sleep", ["600"]);',
        "console.log(child.pid);",
      ].join("\n"),
    );
    const child = Number(streamText({ outputs }));
    expect(isAlive(child)).toBe(true);
    const id = kernel.sendCell(code);
    await kernel.until(() => kernel.outputsOf(id).length > 0);
    expect(await kernel.shutdown(restart)).toEqual({ status: "ok", restart });
    expect(isAlive(kernel.process.pid!)).toBe(false);
    expect(isAlive(child)).toBe(false);
    expect([kernel.process.exitCode, kernel.log]).toEqual([0, ""]);
  });

  test("while the kernel itself is at work is answered", async () => {
    const kernel = await TestKernel.start();
    // Loads the compiler: longer than the main thread has to answer an interrupt.
    kernel.send("complete_request", { code: "con", cursor_pos: 3 });
    expect(await kernel.shutdown()).toEqual({ status: "ok", restart: false });
    expect([kernel.process.exitCode, kernel.log]).toEqual([0, ""]);
  });

  test("lets go of a study's lock", async () => {
    const study = await newPreparedStudy();
    const kernel = await TestKernel.start();
    const id = kernel.sendCell(
      [
        'import { openStudy, train } from "histobook";',
        `await train(openStudy(${JSON.stringify(study.directory)}), {`,
        "  fold: 1, iterations: 100000, batch: 4, engine: 'wasm', report: () => console.log('started') });",
      ].join("\n"),
    );
    await kernel.until(() => kernel.outputsOf(id).length > 0);
    await kernel.shutdown();
    const again = await TestKernel.start();
    const { reply } = await again.execute(
      [
        'import { openStudy, train } from "histobook";',
        `await train(openStudy(${JSON.stringify(study.directory)}), { fold: 1, iterations: 2, batch: 4, engine: 'wasm' });`,
      ].join("\n"),
    );
    again.close();
    expect(reply.status).toBe("ok");
    expect(existsSync(study.directory)).toBe(true);
  });
});
