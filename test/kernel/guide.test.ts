/** The cells of docs/kernel.md run in one kernel, one after another, and give what the page says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resultText, TestKernel, tracebackText } from "./client.js";

const page = readFileSync(join(__dirname, "..", "..", "docs", "kernel.md"), "utf8");
const cells = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => ({
  code,
  result: /\/\/ => (.*)\n$/.exec(code)?.[1],
}));

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});
afterAll(() => kernel.close());

test("the page has cells, and states at least one's result", () => {
  expect(cells.length).toBeGreaterThan(5);
  expect(cells.some(({ result }) => result !== undefined)).toBe(true);
});

test.each(cells)("$code", async ({ code, result }) => {
  const answer = await kernel.execute(code);
  expect(answer.reply.status === "ok" ? "ok" : tracebackText(answer)).toBe("ok");
  if (result !== undefined) expect(resultText(answer)).toBe(result);
});
