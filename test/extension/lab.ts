import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type Browser, type Page } from "playwright-core";
import { installKernel, kernelName } from "../../kernel-lib/src/kernelspec/index.js";
import { findBrowser } from "../../scripts/browser.mjs";

const repository = resolve(__dirname, "../..");
/** The extension as it was built last. */
export const builtExtension = join(repository, "jupyter-ext/jupyterlab_histobook/labextension");

/** Where the pictures of a run are kept; git passes them over. */
export const artefacts = join(repository, "test/artefacts/extension");

/** A quiet Chromium that asks nobody for updates; its sandbox cannot start as root, as in containers. */
export const browserFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A saved output: its MIME bundle. */
export type Bundle = { [mimeType: string]: unknown };

/** A JupyterLab server with an empty root folder of its own, and a browser to look at it with. */
export interface Lab {
  /** The server's root folder. */
  readonly root: string;
  readonly browser: Browser;
  /** Writes a notebook in which every bundle is the saved output of a cell. */
  writeNotebook(name: string, bundles: readonly Bundle[]): Promise<void>;
  /** Writes a notebook of code cells for the kernel "TypeScript (histobook)", none of them run yet. */
  writeProgram(name: string, cells: readonly string[]): Promise<void>;
  /** Opens a notebook in a fresh page and waits until its cells are drawn. */
  open(name: string, options?: { theme?: "light" | "dark" }): Promise<Page>;
  /** Sets what a user would set in the settings editor, for pages that are opened later. */
  writeSettings(plugin: string, values: object): Promise<void>;
  /** Opens JupyterLab itself, with its launcher. */
  openFolder(): Promise<Page>;
  /** Ends browser and server and removes every file they made. */
  stop(): Promise<void>;
}

/** Which of Jupyter's two applications shows the notebooks, and the Python that has it. */
export interface Application {
  module: "jupyterlab" | "notebook";
  python: string;
  /** The path below the server's address at which a notebook is opened. */
  notebooks: string;
}

/**
 * Starts JupyterLab from the repository's Python environment (the active one, else .venv), or another application, with the
 * extension as it was built last, whether or not it is installed there.
 */
export async function startLab(
  application: Application = { module: "jupyterlab", python: pythonPath(), notebooks: "lab/tree" },
): Promise<Lab> {
  const executablePath = findBrowser();
  if (!existsSync(join(builtExtension, "package.json"))) {
    throw new Error("The extension is not built; run npm run build.");
  }
  await mkdir(artefacts, { recursive: true });
  const home = await mkdtemp(join(tmpdir(), "histobook-lab-"));
  const root = join(home, "root");
  await Promise.all(
    ["root", "config/labconfig", "data", "runtime", "extensions"].map((folder) =>
      mkdir(join(home, folder), { recursive: true }),
    ),
  );
  await symlink(builtExtension, join(home, "extensions/jupyterlab-histobook"), "dir");
  // The kernel of this repository, whichever one the environment has.
  installKernel({ prefix: join(home, "kernel") });
  // JupyterLab would ask the reader, over the network, whether they want its news.
  await writeFile(
    join(home, "config/labconfig/page_config.json"),
    JSON.stringify({ disabledExtensions: { "@jupyterlab/apputils-extension:announcements": true } }),
  );
  const port = await freePort();
  const token = randomBytes(16).toString("hex");
  const address = `http://127.0.0.1:${port}`;
  const server = startServer(application, home, port, token);
  let browser: Browser;
  try {
    await server.ready(`${address}/api/status?token=${token}`);
    browser = await chromium.launch({ executablePath, args: browserFlags });
  } catch (error) {
    await server.stop();
    await rm(home, { recursive: true, force: true });
    throw error;
  }

  const newPage = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    return context.newPage();
  };
  return {
    root,
    browser,
    async writeNotebook(name, bundles) {
      await writeFile(join(root, name), JSON.stringify(notebook(bundles)));
    },
    async writeProgram(name, cells) {
      await writeFile(join(root, name), JSON.stringify(program(cells)));
    },
    async open(name, { theme = "light" } = {}) {
      await chooseTheme(home, theme);
      const page = await newPage();
      await page.goto(`${address}/${application.notebooks}/${name}?token=${token}&reset`);
      await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 60_000 });
      return page;
    },
    writeSettings: (plugin, values) => writeSettings(home, plugin, values),
    async openFolder() {
      const page = await newPage();
      await page.goto(`${address}/lab?token=${token}&reset`);
      return page;
    },
    async stop() {
      await browser.close();
      await server.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Python of the environment that set-up uses. */
function pythonPath(): string {
  const environment = process.env.VIRTUAL_ENV ?? process.env.CONDA_PREFIX ?? join(repository, ".venv");
  const python = join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (!existsSync(python)) {
    throw new Error(`${environment} holds no Python; run npm run setup.`);
  }
  return python;
}

interface Server {
  /** Waits until the address answers; fails with the server's own words when it ends before that. */
  ready(address: string): Promise<void>;
  stop(): Promise<void>;
}

function startServer({ module, python }: Application, home: string, port: number, token: string): Server {
  const child = spawn(
    python,
    [
      "-m",
      module,
      "--no-browser",
      `--ServerApp.root_dir=${join(home, "root")}`,
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0",
      "--ServerApp.allow_root=True",
      `--${module === "jupyterlab" ? "LabApp" : "JupyterNotebookApp"}.expose_app_in_browser=True`,
      // The base class of both; this folder comes before those of the environment.
      `--LabServerApp.extra_labextensions_path=${join(home, "extensions")}`,
    ],
    {
      // A group of its own, so that stop() ends the kernels too.
      detached: true,
      env: {
        ...process.env,
        JUPYTER_TOKEN: token,
        JUPYTER_CONFIG_DIR: join(home, "config"),
        JUPYTER_DATA_DIR: join(home, "data"),
        JUPYTER_PATH: join(home, "kernel/share/jupyter"),
        JUPYTER_RUNTIME_DIR: join(home, "runtime"),
        JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
        JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
        IPYTHONDIR: join(home, "ipython"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => {
      said = (said + text.toString()).slice(-5000);
    });
  }
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  return {
    async ready(address) {
      for (let attempt = 0; attempt < 600; attempt++) {
        if (child.exitCode !== null) {
          throw new Error(`JupyterLab ended with status ${child.exitCode}:\n${said}`);
        }
        const answer = await fetch(address).catch(() => undefined);
        if (answer?.ok) {
          return;
        }
        await wait(100);
      }
      throw new Error(`JupyterLab did not answer within a minute:\n${said}`);
    },
    async stop() {
      signal(child, "SIGTERM");
      await Promise.race([ended, wait(10_000)]);
      signal(child, "SIGKILL");
      await ended;
    },
  };
}

/** Signals the child's whole group, which may be gone already. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

async function chooseTheme(home: string, theme: "light" | "dark"): Promise<void> {
  const name = theme === "dark" ? "JupyterLab Dark" : "JupyterLab Light";
  await writeSettings(home, "@jupyterlab/apputils-extension:themes", { theme: name });
}

/** @param plugin e.g. `jupyterlab-histobook:views` */
async function writeSettings(home: string, plugin: string, values: object): Promise<void> {
  const [extension, name] = plugin.split(":");
  const folder = join(home, "settings", extension);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.jupyterlab-settings`), JSON.stringify(values));
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function notebook(bundles: readonly Bundle[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: bundles.map((data, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      source: `show(${index});`,
      metadata: {},
      execution_count: index + 1,
      outputs: [{ output_type: "display_data", data, metadata: {} }],
    })),
  };
}

function program(cells: readonly string[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: kernelName, display_name: "TypeScript (histobook)", language: "typescript" },
    },
    cells: cells.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      source,
      metadata: {},
      execution_count: null,
      outputs: [],
    })),
  };
}

/** Runs all cells of the notebook that a page shows, by its menu, and waits until the kernel is idle again. */
export async function runAll(page: Page): Promise<void> {
  await startAll(page);
  await waitForPrompts(page);
}

/** Starts all cells of the notebook that a page shows, by its menu. */
export async function startAll(page: Page): Promise<void> {
  await kernelReady(page);
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
}

/** JupyterLab itself, as the page has it (`expose_app_in_browser`). */
declare const jupyterapp: {
  shell: { currentWidget: NotebookWidget };
  commands: { execute(command: string, args: object): Promise<unknown> };
};

/** The part of JupyterLab's own objects that tests use. */
interface NotebookWidget {
  sessionContext: {
    ready: Promise<void>;
    shutdown(): Promise<void>;
    session: {
      kernel: {
        info: Promise<unknown>;
        requestExecute(content: { code: string; store_history: boolean }): {
          onIOPub: (message: {
            header: { msg_type: string };
            content: { data?: object; text?: string };
          }) => void;
          done: Promise<unknown>;
        };
      };
    };
  };
}

/** Opens a file in the page, as a double click in the file browser does. */
export async function openFile(page: Page, path: string): Promise<void> {
  await page.evaluate(async (file) => {
    await jupyterapp.commands.execute("docmanager:open", { path: file });
  }, path);
}

/** Saves the notebook that a page shows, as its menu does. */
export async function saveNotebook(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await jupyterapp.commands.execute("docmanager:save", {});
  });
}

/** Ends the kernel of the notebook that a page shows, as its menu does. */
export async function shutDown(page: Page): Promise<void> {
  await page.evaluate(() => jupyterapp.shell.currentWidget.sessionContext.shutdown());
}

/** Waits until the notebook's kernel has answered; before that JupyterLab drops what it is asked to run. */
async function kernelReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { sessionContext } = jupyterapp.shell.currentWidget;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
  });
}

/** Runs a line in the kernel of the notebook that a page shows, beside the notebook, and gives what it published. */
export async function askKernel(page: Page, code: string): Promise<string> {
  return page.evaluate(async (source) => {
    const { sessionContext } = jupyterapp.shell.currentWidget;
    const said: string[] = [];
    const future = sessionContext.session.kernel.requestExecute({ code: source, store_history: false });
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type !== "status" && header.msg_type !== "execute_input") {
        said.push(content.text ?? JSON.stringify(content.data ?? content));
      }
    };
    await future.done;
    return said.join("");
  }, code);
}

/** Waits until every code cell that holds something has a number. */
async function waitForPrompts(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const prompts = Array.from(document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt"));
      return prompts.length > 0 && prompts.every(({ textContent }) => /^\[\d+\]:$/.test(textContent ?? ""));
    },
    undefined,
    { timeout: 60_000 },
  );
}
