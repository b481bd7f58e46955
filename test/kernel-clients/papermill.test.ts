/** papermill with TypeScript notebooks: parameters of every kind, and failures as with a Python kernel. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clients, joined, patience } from "./clients";

let clients: Clients;
beforeAll(async () => {
  clients = await Clients.start();
}, patience);
afterAll(() => clients?.end());

const show = "console.log(JSON.stringify(";

/** The source of the cell that papermill adds. */
function injected(name: string): string {
  const cell = clients.cells(name).find(({ metadata }) => metadata.tags?.includes("injected-parameters"));
  return joined(cell?.source);
}

describe("parameters", () => {
  test("from the command line take the place of the tagged cell's, with their types", async () => {
    clients.write(
      "tagged.ipynb",
      {
        source: 'const folder: string = "study"; // where\nconst perImage = 150;\nlet quick = false;',
        tags: ["parameters"],
      },
      `const doubled: number = perImage * 2;\n${show}[folder, perImage, doubled, quick]));`,
    );
    const args = ["tagged.ipynb", "out.ipynb", "-p", "folder", "other study", "-p", "perImage", "6"];
    const { status, errors } = await clients.run("papermill", [...args, "-p", "quick", "True"]);
    expect([status, errors.includes("Passed unknown parameter")]).toEqual([0, false]);
    expect(injected("out.ipynb")).toBe(
      '// Parameters\nlet folder: string = "other study";\nlet perImage: number = 6;\nlet quick: boolean = true;\n',
    );
    expect(JSON.parse(clients.printed("out.ipynb"))).toEqual(["other study", 6, 12, true]);
  });

  test("of every kind arrive as they were, without a tagged cell and whatever characters they have", async () => {
    const values = {
      text: "a \"quoted\" \\ `tick` ${no} 'one'\nsecond line \u2028 ünïcødé 🔬",
      whole: -3,
      share: 0.125,
      tiny: 0.000001,
      yes: true,
      nothing: null,
      list: [1, 2, 3],
      mixed: ["a", 1, null, [true]],
      none: [],
      options: { perImage: 6, name: "x", nested: { "odd-key": [1.5] }, ["__proto__"]: 1 },
      empty: {},
    };
    clients.write("kinds.ipynb", `${show}[${Object.keys(values).join(", ")}]));`);
    const yaml = Buffer.from(JSON.stringify(values).replace("\u2028", "\\u2028")).toString("base64");
    const { status } = await clients.run("papermill", ["kinds.ipynb", "kinds-out.ipynb", "-b", yaml]);
    expect(status).toBe(0);
    expect(JSON.parse(clients.printed("kinds-out.ipynb"))).toEqual(Object.values(values));
  });

  test("that TypeScript's numbers can't hold keep their digits, or their meaning", async () => {
    clients.write("numbers.ipynb", "console.log(`${large} ${typeof large} ${small} ${none} ${endless}`);");
    const yaml = "{large: 9007199254740993, small: -9007199254740991, none: .nan, endless: -.inf}";
    const { status } = await clients.run("papermill", ["numbers.ipynb", "numbers-out.ipynb", "-y", yaml]);
    expect(status).toBe(0);
    expect(clients.printed("numbers-out.ipynb")).toBe(
      "9007199254740993 bigint -9007199254740991 NaN -Infinity\n",
    );
  });

  test("of another type than the notebook needs are a type error, and the notebook fails", async () => {
    clients.write(
      "types.ipynb",
      { source: "const perImage = 150;", tags: ["parameters"] },
      "const doubled: number = perImage;",
    );
    const args = ["types.ipynb", "types-out.ipynb", "-p", "perImage", "many"];
    const { status, errors } = await clients.run("papermill", args);
    expect(status).toBe(1);
    expect(errors).toContain("'string' is not assignable to type 'number'");
  });

  test("with a name that TypeScript does not take are refused in a sentence", async () => {
    clients.write("names.ipynb", "1;");
    const args = ["names.ipynb", "names-out.ipynb", "-p", "per-image", "6"];
    const { status, errors } = await clients.run("papermill", args);
    expect(status).toBe(1);
    expect(errors).toContain("found the name 'per-image', expected a TypeScript name");
  });

  test("are listed with type, value and comment by --help-notebook", async () => {
    const source = [
      "// Parameters: change them.",
      'const folder: string = "https://a.b/c"; // the study folder',
      "let perImage = 150 // patches",
      "const options: { deep: boolean } = {",
      "  deep: true, // not a parameter",
      "};",
      "const check: (n: number) => boolean = (n) => n === 1; /* a rule */",
    ];
    clients.write("help.ipynb", { source: source.join("\n"), tags: ["parameters"] });
    const { out } = await clients.run("papermill", ["--help-notebook", "help.ipynb"]);
    expect(out.slice(out.indexOf("Parameters inferred")).replace(/\s+/g, " ")).toBe(
      "Parameters inferred for notebook 'help.ipynb': " +
        'folder: string (default "https://a.b/c") the study folder ' +
        "perImage: number (default 150) patches " +
        "options: { deep: boolean } (default { deep: true, }) " +
        "check: (n: number) => boolean (default (n) => n === 1) a rule ",
    );
  });

  test("an unknown one is warned of and declared", async () => {
    clients.write("unknown.ipynb", { source: "const known = 1;", tags: ["parameters"] }, `${show}other));`);
    const { errors } = await clients.run("papermill", [
      "unknown.ipynb",
      "unknown-out.ipynb",
      "-p",
      "other",
      "2",
    ]);
    expect(errors).toContain("Passed unknown parameter: other");
    expect(clients.printed("unknown-out.ipynb")).toBe("2\n");
  });
});

describe("a failing cell", () => {
  test("ends papermill with status 1, names error and message, and stops the notebook there", async () => {
    clients.write(
      "fails.ipynb",
      'console.log("before");',
      'throw new RangeError("deliberate");',
      'console.log("after");',
    );
    const { status, errors } = await clients.run("papermill", ["fails.ipynb", "fails-out.ipynb"]);
    expect(status).toBe(1);
    expect(errors).toContain("PapermillExecutionError");
    expect(errors).toContain("RangeError: deliberate");
    expect(clients.printed("fails-out.ipynb")).toBe("before\n");
  });
});
