/** What cells that have ended leave behind. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { resultText, TestKernel, tracebackText } from "./client.js";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
  await value(
    'import v8 from "node:v8"; import vm from "node:vm"; v8.setFlagsFromString("--expose-gc");' +
      // The compiler's own optimized code would be most of what is new in a young kernel.
      'v8.setFlagsFromString("--no-opt"); v8.setFlagsFromString("--no-sparkplug");' +
      'const collect: () => void = vm.runInNewContext("gc");',
  );
});
afterAll(() => kernel.close());

async function value(code: string): Promise<string | undefined> {
  const answer = await kernel.execute(code);
  if (answer.reply.status !== "ok") throw new Error(tracebackText(answer));
  return resultText(answer);
}

/** Bytes that JavaScript holds once its garbage is collected; each event in between lets go of what it has looked at. */
async function heldBytes(): Promise<number> {
  await value("collect()");
  await value("collect()");
  return Number(await value("collect(); process.memoryUsage().heapUsed"));
}

/** Enough cells for the kernel to strike off what is gone. */
async function runOthers(): Promise<void> {
  await value("collect()");
  const ids = Array.from({ length: 70 }, (_, number) => kernel.sendCell(String(number)));
  for (const id of ids) await kernel.answer(id);
  await value("collect()");
}

/** Thirty lines of functions, the same names each time. */
function longCell(number: number): string {
  const line = (i: number) =>
    `const step${i} = (x: number) => { return { x, y: x + ${number}, z: [x, x] }; };`;
  return [...Array.from({ length: 30 }, (_, i) => line(i)), "step0(1).y"].join("\n");
}

test("a cell that is run anew leaves no more than its text", async () => {
  for (let number = 0; number < 8; number++) await value(longCell(number));
  const before = await heldBytes();
  const cells = 12;
  for (let number = 0; number < cells; number++) expect(await value(longCell(number))).toBe(`${number + 1}`);
  const grown = ((await heldBytes()) - before) / cells;
  // Its text has 2 kB; what the cell was compiled to, and its source maps, would take more than 200.
  expect(grown).toBeLessThan(60_000);
});

test("errors show the lines of old cells: of functions that live, and of those that are gone", async () => {
  const numbered = async (lines: string[]): Promise<number> => {
    const { reply } = await kernel.execute(lines.join("\n"));
    expect(reply.status).toBe("ok");
    return reply.execution_count as number;
  };
  const alone = await numbered(["", "function needsNothing() {", "  throw new RangeError('alone');", "}"]);
  const inner = await numbered([
    "const within = (() => { const held = () => { throw new Error('inner') }; return held; })();",
  ]);
  const kept = await numbered([
    "let seen: Error, unseen: Error;",
    "try { (() => { throw new Error('seen') })(); } catch (error) { seen = error; void seen.stack; }",
    "try { (() => { throw new Error('unseen') })(); } catch (error) { unseen = error; }",
  ]);
  await runOthers();
  const traceback = async (code: string) => tracebackText(await kernel.execute(code));
  expect(await traceback("needsNothing()")).toContain(
    [
      `In[${alone}], needsNothing(), line 3`,
      "      1 ",
      "      2 function needsNothing() {",
      "----> 3   throw new RangeError('alone');",
      "                ^",
    ].join("\n"),
  );
  expect(await traceback("within()")).toMatch(
    new RegExp(`In\\[${inner}\\], .*held\\(\\), line 1\\n----> 1 const`),
  );
  for (const [name, line] of [
    ["seen", 2],
    ["unseen", 3],
  ])
    expect(await traceback(`throw ${name}`)).toMatch(
      new RegExp(`In\\[${kept}\\], line ${line}\\n[^]*----> ${line} try .*'${name}'`),
    );
});
