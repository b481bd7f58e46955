/** Jupyter's own programs, run on a kernel of ours that is installed in a temporary folder. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { testPython } from "../../scripts/test-python.mjs";
import { environmentVariables } from "../../scripts/setup/python-environment.mjs";
import { run as runHistobook } from "../cli/command";

/** The first call makes the Python environment, with a download. */
export const patience = 600_000;

/** More than any of them needs on a slow machine, and less than the test's own patience. */
const secondsARun = 110;

/** How a program ended. */
export interface Ended {
  /** Null when it had to be killed. */
  status: number | null;
  out: string;
  errors: string;
}

/** A notebook's cell as nbformat has it. */
export interface Cell {
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[] };
  outputs?: Output[];
}

/** An output of any type. */
export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

/** Jupyter's programs and a folder to run them in. */
export class Clients {
  private constructor(
    readonly folder: string,
    private readonly bin: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Makes the Python environment where it is missing, and installs our kernel for these clients alone. */
  static async start(): Promise<Clients> {
    const environment = await testPython();
    const folder = mkdtempSync(join(tmpdir(), "histobook-clients-"));
    const env = {
      ...environmentVariables(environment),
      JUPYTER_DATA_DIR: join(folder, "data"),
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      JUPYTER_PATH: undefined,
      // Connection files too: they tell whose a kernel is.
      TMPDIR: folder,
      PYDEVD_DISABLE_FILE_VALIDATION: "1",
    };
    const clients = new Clients(folder, environment.bin, env);
    const { status, errors } = await runHistobook(["kernel", "install", "--user"], { env });
    if (status !== 0) throw new Error(errors);
    return clients;
  }

  /**
   * Runs a program of the Python environment in the folder. What it has started ends with it: a kernel that it leaves
   * behind would hold its output open, and a test waiting.
   */
  async run(program: string, args: string[]): Promise<Ended> {
    const child = spawn(join(this.bin, program), args, {
      cwd: this.folder,
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const ended: Ended = { status: null, out: "", errors: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.errors += text));
    const limit = setTimeout(() => child.kill("SIGKILL"), secondsARun * 1000);
    const closed = once(child, "close");
    [ended.status] = (await once(child, "exit")) as [number | null];
    clearTimeout(limit);
    // jupyter_client starts kernels in sessions of their own, whose connection files lie in the folder.
    for (const pid of processesWith(this.folder)) end(pid);
    await closed;
    // Tracebacks are coloured.
    return { ...ended, errors: stripVTControlCharacters(ended.errors) };
  }

  /** Runs a Python program of this folder, which prints one JSON value a line. */
  async lines<T>(name: string, ...args: string[]): Promise<T[]> {
    const { out, errors } = await this.run("python", [join(__dirname, name), ...args]);
    const lines = out.split("\n").filter((line) => line.startsWith("{"));
    if (lines.length === 0) throw new Error(errors);
    return lines.map((line) => JSON.parse(line) as T);
  }

  /** Writes a notebook of our kernel; a source may bring its tags. */
  write(name: string, ...sources: (string | { source: string; tags: string[] })[]): string {
    const cells = sources.map((cell, i) => {
      const { source, tags } = typeof cell === "string" ? { source: cell, tags: [] } : cell;
      const empty = { outputs: [], execution_count: null };
      return { cell_type: "code", id: `cell-${i}`, metadata: { tags }, source, ...empty };
    });
    const kernelspec = {
      name: "histobook",
      display_name: "TypeScript (histobook)",
      language: "typescript",
    };
    const path = join(this.folder, name);
    writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells }));
    return path;
  }

  /** The cells of a notebook in the folder. */
  cells(name: string): Cell[] {
    // Python writes into JSON what JSON does not have; papermill repeats its parameters in the metadata.
    const text = readFileSync(join(this.folder, name), "utf8").replace(
      /: (NaN|-?Infinity)(,?)$/gm,
      ": null$2",
    );
    return (JSON.parse(text) as { cells: Cell[] }).cells;
  }

  /** What a notebook's cells have shown, of all cells in order. */
  outputs(name: string): Output[] {
    return this.cells(name).flatMap(({ outputs = [] }) => outputs);
  }

  /** What a notebook's cells have printed. */
  printed(name: string): string {
    return this.outputs(name)
      .filter(({ output_type, name: stream }) => output_type === "stream" && stream === "stdout")
      .map(({ text }) => joined(text))
      .join("");
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** nbformat keeps text as lines or as one string. */
export function joined(text: string | string[] | undefined): string {
  return Array.isArray(text) ? text.join("") : (text ?? "");
}

/** The processes whose command names this text. */
function processesWith(text: string): number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,command="], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
