/** nbconvert, nbclient and jupyter execute with failing and with allowed failures, as with a Python kernel. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clients, patience } from "./clients";

let clients: Clients;
beforeAll(async () => {
  clients = await Clients.start();
}, patience);
afterAll(() => clients?.end());

const failing = ['console.log("before");', 'throw new RangeError("deliberate");', 'console.log("after");'];

interface Failure {
  raised: string;
  ename: string;
  evalue: string;
  traceback: string;
}

/** Runs a notebook with nbclient in Python, and gives back what it raised. */
async function failureOf(name: string): Promise<Failure> {
  const program = `
import json, sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
try:
    NotebookClient(notebook, timeout=60).execute()
    print(json.dumps({"raised": "nothing"}))
except Exception as error:
    print(json.dumps({"raised": type(error).__name__, "ename": error.ename, "evalue": error.evalue,
                      "traceback": error.traceback}))
`;
  const { out, errors } = await clients.run("python", ["-c", program, name]);
  if (!out.startsWith("{")) throw new Error(errors);
  return JSON.parse(out) as Failure;
}

describe("nbclient", () => {
  test("raises CellExecutionError with name and message of what the cell threw, and shows the cell's line", async () => {
    clients.write("throws.ipynb", ...failing);
    const failure = await failureOf("throws.ipynb");
    expect(failure).toMatchObject({
      raised: "CellExecutionError",
      ename: "RangeError",
      evalue: "deliberate",
    });
    expect(failure.traceback).toContain('throw new RangeError("deliberate");');
    expect(failure.traceback).not.toMatch(/tslab|node:internal|evalmachine/);
  });

  test("raises it for a type error, which runs nothing of the cell", async () => {
    clients.write("types.ipynb", 'console.log("runs");\nconst count: number = "many";');
    const failure = await failureOf("types.ipynb");
    expect(failure.raised).toBe("CellExecutionError");
    expect(failure.evalue).toContain("Type 'string' is not assignable to type 'number'");
    expect(failure.traceback).not.toContain("runs\n");
  });
});

describe("nbconvert --execute", () => {
  const args = (name: string): string[] => ["nbconvert", "--to", "notebook", "--execute", name];

  test("ends with a status that isn't 0 and names the error when a cell fails", async () => {
    clients.write("fails.ipynb", ...failing);
    const { status, errors } = await clients.run("jupyter", [...args("fails.ipynb"), "--output", "f-out"]);
    expect(status).toBe(1);
    expect(errors).toContain("CellExecutionError");
    expect(errors).toContain("RangeError: deliberate");
  });

  test("with --allow-errors runs every cell, also the one right behind the failing one", async () => {
    clients.write("goes-on.ipynb", ...failing);
    const all = [...args("goes-on.ipynb"), "--allow-errors", "--output", "goes-on-out"];
    expect((await clients.run("jupyter", all)).status).toBe(0);
    expect(clients.printed("goes-on-out.ipynb")).toBe("before\nafter\n");
    const error = clients.outputs("goes-on-out.ipynb").find(({ output_type }) => output_type === "error");
    expect(error).toMatchObject({ ename: "RangeError", evalue: "deliberate" });
  });

  test("keeps results, displays of several types and updated displays", async () => {
    clients.write(
      "shows.ipynb",
      "6 * 7",
      'import { display } from "tslab";\ndisplay.html("<b>bold</b>");',
      'import { newDisplay } from "tslab";\nconst line = newDisplay();\nline.text("first");\nline.text("second");',
    );
    expect((await clients.run("jupyter", [...args("shows.ipynb"), "--output", "shows-out"])).status).toBe(0);
    const [result, bold, ...lines] = clients.outputs("shows-out.ipynb");
    expect(result).toMatchObject({ output_type: "execute_result", data: { "text/plain": ["42"] } });
    expect(bold).toMatchObject({ output_type: "display_data", data: { "text/html": ["<b>bold</b>"] } });
    expect(lines).toMatchObject([{ output_type: "display_data", data: { "text/plain": ["second"] } }]);
  });

  test("stops a cell that takes longer than it may", async () => {
    clients.write("slow.ipynb", "await new Promise((resolve) => setTimeout(resolve, 100_000));");
    const { status, errors } = await clients.run("jupyter", [
      ...args("slow.ipynb"),
      "--ExecutePreprocessor.timeout=2",
    ]);
    expect(status).toBe(1);
    expect(errors).toContain("CellTimeoutError");
  });
});

describe("jupyter execute", () => {
  test("runs a notebook in place, and fails with a failing one", async () => {
    clients.write("place.ipynb", "const a: number = 1;", "a + 1");
    const good = await clients.run("jupyter", ["execute", "--inplace", "place.ipynb"]);
    expect(good.status).toBe(0);
    expect(clients.outputs("place.ipynb")).toMatchObject([{ data: { "text/plain": ["2"] } }]);
    clients.write("bad.ipynb", ...failing);
    const bad = await clients.run("jupyter", ["execute", "bad.ipynb"]);
    expect([bad.status, bad.errors]).toEqual([1, expect.stringContaining("RangeError: deliberate")]);
  });
});
