/** The kernel "TypeScript (histobook)" in a real JupyterLab, as a notebook's reader meets it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLab, type Lab } from "../extension/lab.js";
import { NotebookPage } from "./notebookPage.js";

const cells = {
  kept: 'let kept = 7;\nconsole.log("first");',
  display: [
    'const bold = (text: string) => ({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": `<b class="mark">${text}</b>` }) });',
    'display(bold("one"), { id: "mark" });',
    "await new Promise((done) => setTimeout(done, 700));",
    'display(bold("two"), { id: "mark", update: true });',
  ].join("\n"),
  failing: 'const broken = JSON.parse("{}");\nbroken.deep.value;',
  after: 'console.log("not run");',
  completion: "kept.to",
  inspection: "parseInt",
  loop: "kept = 8;\nfor (;;) {}",
  look: "kept",
  question: 'const name = await prompt("Your name? ");\n`Hello ${name}`',
  listen: [
    'import { openComm, registerCommTarget } from "histobook";',
    'registerCommTarget("echo", (comm) => comm.onMessage(({ data }) => comm.send({ heard: data })));',
  ].join("\n"),
  call: [
    'const comm = openComm("page", { start: 1 });',
    "await new Promise((heard) => comm.onMessage(({ data }) => heard(data)));",
  ].join("\n"),
};
const order = Object.keys(cells) as (keyof typeof cells)[];
const at = (name: keyof typeof cells): number => order.indexOf(name);

let lab: Lab;
let notebook: NotebookPage;

beforeAll(async () => {
  lab = await startLab();
  await lab.writeProgram("kernel.ipynb", Object.values(cells));
  notebook = new NotebookPage(await lab.open("kernel.ipynb"));
  await notebook.page.getByText("TypeScript (histobook) | Idle").waitFor({ timeout: 60_000 });
}, 240_000);

afterAll(async () => {
  await notebook?.page.context().close();
  await lab?.stop();
}, 30_000);

test("Run All stops at an error, whose traceback shows the cell's line; what comes after is not run", async () => {
  await notebook.runAll();
  await notebook.output(at("failing")).getByText("TypeError").first().waitFor();
  expect((await notebook.output(at("kept")).innerText()).trim()).toBe("first");
  const failure = await notebook.output(at("failing")).innerText();
  expect(failure).toMatch(/In\[3\], line 2/);
  expect(failure).toMatch(/----> 2 broken\.deep\.value;/);
  expect(failure).not.toMatch(/node_modules|node:internal/);
  await notebook.promptIs(at("after"), /^\[ \]:$/);
  expect(await notebook.output(at("after")).count()).toBe(0);
});

test("a rich display is drawn, and updated in its place", async () => {
  await notebook.start(at("display"));
  const mark = notebook.output(at("display")).locator("b.mark");
  await mark.getByText("one").waitFor();
  await mark.getByText("two").waitFor();
  expect(await mark.count()).toBe(1);
});

test("Tab completes, Shift-Tab explains", async () => {
  await notebook.enter(at("completion"));
  await notebook.page.keyboard.press("Tab");
  const completer = notebook.page.locator(".jp-Completer");
  await completer.locator(".jp-Completer-item", { hasText: "toFixed" }).waitFor();
  expect(await completer.innerText()).toContain("toPrecision");
  await notebook.page.keyboard.press("Escape");
  await notebook.enter(at("inspection"));
  await notebook.page.keyboard.press("Shift+Tab");
  const tooltip = notebook.page.locator(".jp-Tooltip");
  await tooltip.getByText("Converts a string to an integer").waitFor();
  expect(await tooltip.innerText()).toContain("function parseInt(string: string, radix?: number): number");
  await notebook.page.keyboard.press("Escape");
});

test("the stop button ends an endless loop; the variables stay", async () => {
  await notebook.start(at("loop"));
  await notebook.promptIs(at("loop"), /^\[\*\]:$/);
  await notebook.page.getByText("TypeScript (histobook) | Busy").waitFor();
  await notebook.toolbar("interrupt");
  await notebook.output(at("loop")).getByText("Interrupted").first().waitFor();
  await notebook.run(at("look"));
  expect(await notebook.output(at("look")).innerText()).toBe("8");
});

test("prompt() asks below the cell", async () => {
  await notebook.start(at("question"));
  const field = notebook.page.locator(".jp-Stdin-input");
  await field.fill("Ada");
  await field.press("Enter");
  await notebook.output(at("question")).getByText("'Hello Ada'").waitFor();
});

test("comms carry messages both ways through the page's connection to the kernel", async () => {
  await notebook.run(at("listen"));
  const heard = await notebook.page.evaluate(async () => {
    const { kernel } = (globalThis as unknown as JupyterPage).jupyterapp.shell.currentWidget.sessionContext
      .session;
    kernel.registerCommTarget("page", (comm, { content }) => {
      void comm.send({ got: content.data }).done;
    });
    const comm = kernel.createComm("echo");
    const answer = new Promise<unknown>((resolve) => (comm.onMsg = ({ content }) => resolve(content.data)));
    await comm.open({}).done;
    await comm.send({ picked: 3 }).done;
    return answer;
  });
  expect(heard).toEqual({ heard: { picked: 3 } });
  await notebook.run(at("call"));
  expect(await notebook.output(at("call")).innerText()).toBe("{ got: { start: 1 } }");
});

test("a restart forgets everything, and goes on", async () => {
  await notebook.toolbar("restart");
  await notebook.page.locator(".jp-Dialog .jp-mod-accept").click();
  await notebook.page.locator(".jp-Dialog").waitFor({ state: "detached" });
  await notebook.run(at("look"));
  expect(await notebook.output(at("look")).innerText()).toContain("Cannot find name 'kept'");
  await notebook.run(at("kept"));
  expect((await notebook.output(at("kept")).innerText()).trim()).toBe("first");
  expect(await notebook.prompt(at("kept"))).toBe("[2]:");
});

/** The part of JupyterLab's own objects that these tests use. */
interface JupyterPage {
  jupyterapp: { shell: { currentWidget: { sessionContext: { session: { kernel: PageKernel } } } } };
}

interface PageKernel {
  createComm(target: string): PageComm;
  registerCommTarget(
    target: string,
    opened: (comm: PageComm, message: { content: { data: unknown } }) => void,
  ): void;
}

interface PageComm {
  onMsg: (message: { content: { data: unknown } }) => void;
  open(data: object): { done: Promise<unknown> };
  send(data: object): { done: Promise<unknown> };
}
