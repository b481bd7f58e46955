/** What cells may be written in, and what they may import. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resultText, streamText, TestKernel, tracebackText } from "./client.js";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
});
afterAll(() => kernel.close());

/** A file in the notebook's folder. */
function write(path: string, text: string): void {
  const file = join(kernel.folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function value(code: string): Promise<string | undefined> {
  const answer = await kernel.execute(code);
  if (answer.reply.status !== "ok") throw new Error(tracebackText(answer));
  return resultText(answer);
}

test("top-level await and for await", async () => {
  expect(await value("const four = await Promise.resolve(4); four + 1")).toBe("5");
  expect(
    await value(
      [
        "async function* three() { yield 1; yield Promise.resolve(2); yield 3; }",
        "let sum = 0;",
        "for await (const one of three()) sum += one;",
        "for await (const one of [Promise.resolve(10), 20]) sum += one;",
        "sum",
      ].join("\n"),
    ),
  ).toBe("36");
});

test("using and await using give back at the cell's end, or their block's", async () => {
  const answer = await kernel.execute(
    [
      '{ using one = { [Symbol.dispose]() { console.log("one") } }; console.log("in"); void one; }',
      'await using two = { async [Symbol.asyncDispose]() { console.log("two") } };',
      'console.log("end");',
    ].join("\n"),
  );
  expect([answer.reply.status, streamText(answer)]).toEqual(["ok", "in\none\nend\ntwo\n"]);
  const last = await kernel.execute(
    'using three = { [Symbol.dispose]() { console.log("three") } };\nconst five = 5;\nfive + 1',
  );
  expect([resultText(last), streamText(last)]).toEqual(["6", "three\n"]);
  expect(await value("five")).toBe("5");
});

test("modern declarations: satisfies, const type parameters, enums, accessors, static blocks", async () => {
  expect(
    await value(
      [
        "function pair<const T extends readonly unknown[]>(...values: T): T { return values; }",
        'const both = pair(1, "b") satisfies readonly [1, "b"];',
        "enum Kind { A = 1, B }",
        "class Box { accessor size = 2; static made: number; static { Box.made = 3; } #own = 4; get own() { return this.#own; } }",
        "[both[1], Kind.B, new Box().size, Box.made, new Box().own]",
      ].join("\n"),
    ),
  ).toBe("[ 'b', 2, 2, 3, 4 ]");
  expect(await value("Kind[Kind.A] + new Box().size")).toBe("'A2'");
  expect(await value("/[\\p{L}--[a-z]]/v.exec('aB')?.[0]")).toBe("'B'");
});

test("names may be declared anew, also with another type", async () => {
  await kernel.execute("const name = 1; function twice(n: number) { return 2 * n; }");
  await kernel.execute('const name = "text"; function twice(n: string) { return n + n; }');
  expect(await value("twice(name)")).toBe("'texttext'");
});

test("earlier cells' variables are read and set in any form", async () => {
  await kernel.execute("let left = 1, right = 2; const both = { x: 5, y: 6 };");
  expect(await value("({ left, both })")).toBe("{ left: 1, both: { x: 5, y: 6 } }");
  expect(await value("[left, right] = [right, left]; [left, right]")).toBe("[ 2, 1 ]");
  expect(await value("({ left, right } = { left: 7, right: 8 }); ({ left, right })")).toBe(
    "{ left: 7, right: 8 }",
  );
  expect(await value("({ x: left, y: right } = both); [left, right]")).toBe("[ 5, 6 ]");
  expect(await value("({ left = 9 } = {} as { left?: number }); left")).toBe("9");
  expect(await value("for ({ left } of [{ left: 3 }]); left")).toBe("3");
  expect(await value("left++; left += 2; left ||= 0; `${left} ${typeof left}`")).toBe("'6 number'");
  expect(await value("const copy: typeof both = { ...both, x: left }; copy")).toBe("{ x: 6, y: 6 }");
  expect(
    await value(
      "const picked = ({ left }: { left: number }, one = { right }) => ({ left, one }); picked({ left: 0 })",
    ),
  ).toBe("{ left: 0, one: { right: 6 } }");
  expect(
    await value(
      "let fresh; [left, fresh] = [1, 2]; ({ right, ...fresh } = { right: 3, z: 4 }); [left, right, fresh]",
    ),
  ).toBe("[ 1, 3, { z: 4 } ]");
  expect(
    await value('import { join, sep as separator } from "node:path";\n({ join, separator }).separator'),
  ).toBe("'/'");
  expect(await value("({ join, separator }).join('a', 'b')")).toBe("'a/b'");
});

test("classes extend earlier cells' classes; enums and namespaces stay for all later cells", async () => {
  await kernel.execute(
    "class Animal { constructor(readonly legs: number) {} say() { return `${this.legs} legs`; } }",
  );
  await kernel.execute(
    "enum Colour { Red = 1, Green } namespace Units { export const dozen = 12; export type Length = number; }",
  );
  await kernel.execute("let legs = 4;");
  expect(await value("class Dog extends Animal { constructor() { super(legs); } } new Dog().say()")).toBe(
    "'4 legs'",
  );
  expect(await value("enum Shade { Dark = Colour.Green, Light } [Shade.Light, Colour[1]]")).toBe(
    "[ 3, 'Red' ]",
  );
  expect(await value("const long: Units.Length = Units.dozen; long")).toBe("12");
  expect(await value("namespace Units { export const score = 20; }\nUnits.score")).toBe("20");
  expect(await value("Units.score")).toBe("20");
  expect((await kernel.execute("Units.dozen")).reply.ename).toBe("TypeScriptError");
});

test("a cell's functions and loops and later cells share their variables", async () => {
  await kernel.execute("let count = 0; const next = () => ++count; let later = () => count;");
  expect(await value("next(); count")).toBe("1");
  expect(await value("count = 50; [next(), later()]")).toBe("[ 51, 51 ]");
  expect(await value("count")).toBe("51");
  expect(await value("later.name")).toBe("'later'");
  await kernel.execute(
    "let item = 0; for (item of [1, 2]); let [first, { second = 5, ...rest }] = [1, { third: 3 } as { second?: number }];",
  );
  expect(await value("[item, first, second, rest]")).toBe("[ 2, 1, 5, { third: 3 } ]");
  await kernel.execute(
    "for (var turn = 0, step = 2; turn < 3; turn += step) if (turn === 2) { var inner = turn; }",
  );
  expect(await value("[turn, inner]")).toBe("[ 4, 2 ]");
  expect(await value("let unset: string | undefined = 'set';\nunset")).toBe("'set'");
  expect(await value("let unset: string | undefined;\nunset")).toBeUndefined();
  expect(
    await value(
      "const hidden = (count: number) => { let item = 1; { let first = 2; return { count, item, first }; } };\nhidden(9)",
    ),
  ).toBe("{ count: 9, item: 1, first: 2 }");
});

test("declarations may be exported, as in a file", async () => {
  expect(
    await value(
      "export const sent = 1; export function send() { return sent; }\nexport default sent;\nsend()",
    ),
  ).toBe("1");
  expect(await value("export { sent };\nsend() + sent")).toBe("2");
});

test("types are strict about null, and ask for no annotations", async () => {
  const { reply } = await kernel.execute("const found: string = [1, 2].map(String).find(() => true);");
  expect(reply).toMatchObject({ ename: "TypeScriptError" });
  expect(
    await value("function plus(a, b) { return a + b; }\nconst list = []; list.push(1); plus(list[0], 2)"),
  ).toBe("3");
  expect(await value('try { throw new Error("x") } catch (error) { error.message }\n1')).toBe("1");
});

test("packages with only exports, and their sub-paths, are imported with types", async () => {
  const manifest = {
    name: "only-exports",
    version: "1.0.0",
    type: "module",
    exports: {
      ".": { types: "./types/main.d.ts", default: "./code/main.js" },
      "./deep/part": { types: "./types/part.d.ts", default: "./code/part.js" },
    },
  };
  write("node_modules/only-exports/package.json", JSON.stringify(manifest));
  write("node_modules/only-exports/types/main.d.ts", "export declare function main(): number;");
  write("node_modules/only-exports/code/main.js", "export function main() { return 7; }");
  write("node_modules/only-exports/types/part.d.ts", "export declare const part: string;");
  write("node_modules/only-exports/code/part.js", 'export const part = "deep";');
  expect(
    await value(
      'import { main } from "only-exports";\nimport { part } from "only-exports/deep/part";\nmain().toFixed(1) + part.toUpperCase()',
    ),
  ).toBe("'7.0DEEP'");
  expect((await kernel.execute("main().missing")).reply).toMatchObject({ ename: "TypeScriptError" });
  expect(await value('const later = await import("only-exports"); later.main()')).toBe("7");
});

test("a .ts file beside the notebook is imported, reloaded when it has changed, and named in errors", async () => {
  write("parts/inner.ts", "export const inner: number = 1;");
  write("helper.ts", 'import { inner } from "./parts/inner";\nexport const help = (): number => inner + 1;');
  expect(await value('import { help } from "./helper";\nhelp()')).toBe("2");
  write("parts/inner.ts", "export const inner: number = 41;");
  expect(await value('import { help } from "./helper";\nhelp()')).toBe("42");
  write(
    "helper.ts",
    'export interface Wide { a: 1 }\n\nexport function help(): number {\n  throw new Error("from the file");\n}',
  );
  const answer = await kernel.execute('import { help } from "./helper";\nhelp();');
  expect(tracebackText(answer)).toMatch(/^helper\.ts, help\(\), line 4\n[\s\S]*----> 4[\s\S]*line 2\n/);
  write("helper.ts", "export const help: string = 5;");
  const wrong = await kernel.execute('import { help } from "./helper";\nhelp;');
  expect(wrong.reply.ename).toBe("TypeScriptError");
  expect(tracebackText(wrong)).toMatch(/^helper\.ts, line 1\n----> 1 export const help: string = 5;/);
});

test("a .ts file whose name holds spaces and brackets is named in errors", async () => {
  write("my copy (1).ts", 'export function fail(): never {\n  throw new Error("from the copy");\n}');
  const answer = await kernel.execute('import { fail } from "./my copy (1)";\nfail();');
  expect(tracebackText(answer)).toMatch(/^my copy \(1\)\.ts, fail\(\), line 2\n[\s\S]*line 2\n/);
});

test("a .ts file outside of the notebook's folder is imported and reloaded as well", async () => {
  const { folder } = kernel;
  const shared = join(dirname(folder), `${basename(folder)}-shared`);
  mkdirSync(shared);
  writeFileSync(join(shared, "inner.ts"), "export const inner: number = 1;");
  writeFileSync(
    join(shared, "outer.ts"),
    'import { inner } from "./inner";\nexport const outer = (): number => inner + 1;',
  );
  const cell = `import { outer } from "../${basename(shared)}/outer";\nouter()`;
  expect(await value(cell)).toBe("2");
  writeFileSync(join(shared, "inner.ts"), "export const inner: number = 41;");
  expect(await value(cell)).toBe("42");
  writeFileSync(
    join(shared, "outer.ts"),
    'export function outer(): number {\n  throw new Error("from outside");\n}',
  );
  const failed = await kernel.execute(cell);
  expect(tracebackText(failed)).toMatch(
    /-shared\/outer\.ts, outer\(\), line 2\n[\s\S]*----> 2[\s\S]*line 2\n/,
  );
  writeFileSync(join(shared, "outer.ts"), 'export const outer = (): number => "text";');
  const wrong = await kernel.execute(cell);
  expect(wrong.reply.ename).toBe("TypeScriptError");
  expect(tracebackText(wrong)).toMatch(/^\.\.\/.*-shared\/outer\.ts, line 1\n----> 1 export const outer/);
});

test("a file that was missing is found once it is there", async () => {
  expect((await kernel.execute('import { later } from "./later";')).reply.ename).toBe("TypeScriptError");
  write("later.ts", "export const later = 3;");
  expect(await value('import { later } from "./later";\nlater')).toBe("3");
});

test("a notebook anywhere imports histobook with its types", async () => {
  expect(
    await value(
      'import { randomStream, type RunOptions } from "histobook";\nconst options: RunOptions = {};\ntypeof randomStream + Object.keys(options).length',
    ),
  ).toBe("'function0'");
  expect((await kernel.execute("randomStream('no number', 'x', {});")).reply.ename).toBe("TypeScriptError");
  expect(await value('import { viewMimeType } from "histobook/payloads";\nviewMimeType("cases")')).toContain(
    "vnd.",
  );
});

test("a cell marked @module is a file to the others", async () => {
  await kernel.execute("/** @module shapes */\nexport const side = 6;");
  expect(await value('import { side } from "./shapes";\nside * side')).toBe("36");
});
