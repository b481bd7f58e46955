/** The cells of docs/how-to/exercises.md run in one kernel, one after another, as a teacher would copy them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestKernel, tracebackText } from "../kernel/client.js";

const page = readFileSync(join(__dirname, "..", "..", "docs", "how-to", "exercises.md"), "utf8");
const cells = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});
afterAll(() => kernel.close());

test("every cell runs, and the teacher's own exercise takes its right answer", async () => {
  expect(cells).toHaveLength(3);
  const shown: string[] = [];
  for (const cell of cells) {
    const answer = await kernel.execute(cell);
    expect(answer.reply.status === "ok" ? "ok" : tracebackText(answer)).toBe("ok");
    shown.push(JSON.stringify(answer));
  }
  expect(shown[0]).toContain("find the leaking split");
  expect(shown[1]).toContain("Not answered yet.");
  expect(shown[2]).toContain("Right. These are what a split must keep whole.");
});
