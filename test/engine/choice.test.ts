import { fork, spawnSync, type Serializable } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../kernel-lib/dist/engine/index.js";
import { requireSoftwareGpu, softwareGpuEnvironment } from "./softwareGpu.mjs";

const engines = join(__dirname, "..", "..", "kernel-lib", "dist", "engine", "index.js");

/** Runs code that has `loadEngine` in a process of its own and gives what it sends. */
function inOwnProcess<T>(code: string, env: Record<string, string> = {}): Promise<T> {
  const file = join(mkdtempSync(join(tmpdir(), "histobook-")), "child.cjs");
  const text = `const { loadEngine, examine } = require(${JSON.stringify(engines)});
const Module = require("node:module");
const load = Module._load;
// What a machine without these packages sees.
const hide = (name) => { Module._load = (request, ...rest) => {
  if (request.startsWith(name)) throw Object.assign(new Error("Cannot find module '" + request + "'"), { code: "MODULE_NOT_FOUND" });
  return load.call(Module, request, ...rest);
}; };
const plain = ({ name, passedOver, description }) => ({ name, passedOver, description });
(async () => { ${code} })().then((value) => process.send(value, () => process.exit()));`;
  writeFileSync(file, text);
  return new Promise((resolve, reject) => {
    const child = fork(file, { silent: true, env: { ...process.env, ...env } });
    let errors = "";
    child.stderr!.on("data", (chunk) => (errors += String(chunk)));
    child.once("message", (value: Serializable) => resolve(value as T));
    child.once("exit", (status) => reject(new Error(`nothing sent, status ${status}: ${errors}`)));
  });
}

type Plain = Pick<Engine, "name" | "passedOver" | "description">;

describe("loadEngine", () => {
  test("takes with 'auto' the fastest engine that works, and gives a reason for each one before it", async () => {
    const { name, passedOver, description } = await inOwnProcess<Plain>("return plain(await loadEngine());");
    const order = ["tensorflow-gpu", "tensorflow", "webgpu", "wasm", "javascript"];
    expect(passedOver.map(({ engine }) => engine)).toEqual(order.slice(0, order.indexOf(name)));
    expect(passedOver.every(({ reason }) => reason.length > 5)).toBe(true);
    expect(description.length).toBeGreaterThan(5);
  });

  test("goes on to WebAssembly when no native package is installed, and says how to install one", async () => {
    const { name, passedOver } = await inOwnProcess<Plain>(
      'hide("@tensorflow/tfjs-node"); return plain(await loadEngine());',
    );
    expect(name).toBe("wasm");
    expect(passedOver.map(({ engine }) => engine)).toEqual(["tensorflow-gpu", "tensorflow", "webgpu"]);
    expect(passedOver[1].reason).toBe("@tensorflow/tfjs-node: not installed; 'npm run setup' installs it");
  });

  test.runIf(process.platform === "linux")(
    "passes over a GPU that the processor plays, unless it was asked for",
    async () => {
      requireSoftwareGpu();
      const env = softwareGpuEnvironment();
      const code = 'hide("@tensorflow/tfjs-node"); return plain(await loadEngine());';
      const { name, passedOver } = await inOwnProcess<Plain>(code, env);
      expect(name).toBe("wasm");
      expect(passedOver[2].engine).toBe("webgpu");
      expect(passedOver[2].reason).toMatch(
        /^only a software GPU was found \(SwiftShader.*than the processor$/,
      );
      const asked = await inOwnProcess<Plain>('return plain(await loadEngine("webgpu"));', env);
      expect(asked.name).toBe("webgpu");
      expect(asked.description).toMatch(/^WebGPU on SwiftShader/);
    },
  );

  test("never takes another engine than the one that was asked for", async () => {
    const answer = await inOwnProcess<{ code: string; message: string }>(
      `hide("@tensorflow/tfjs-node");
       return loadEngine("tensorflow").catch(({ code, message }) => ({ code, message }));`,
    );
    expect(answer.code).toBe("NoEngine");
    expect(answer.message).toMatch(
      /^--engine: found 'tensorflow' not working here \(.*not installed.*doctor/,
    );
  });

  test("refuses a second engine in one process, and gives the first one again", async () => {
    const answer = await inOwnProcess<{ same: boolean; auto: boolean; message: string }>(
      `const first = await loadEngine("javascript");
       const message = await loadEngine("wasm").catch((error) => error.message);
       return { same: (await loadEngine("javascript")) === first, auto: (await loadEngine()) === first, message };`,
    );
    expect(answer).toMatchObject({ same: true, auto: true });
    expect(answer.message).toMatch(/found 'wasm' in a process that runs 'javascript' already/);
  });

  test("starts WebAssembly in a process without a script, as 'node -e' is", () => {
    const code = `require(${JSON.stringify(engines)}).loadEngine("wasm").then(({ name }) => console.log(name))`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toBe("wasm\n");
  });

  test("names the choices when there is none of that name", async () => {
    const message = await inOwnProcess<string>('return loadEngine("torch").catch((error) => error.message);');
    expect(message).toMatch(
      /--engine: found 'torch', expected 'auto' or 'tensorflow-gpu' or 'tensorflow' or 'webgpu' or 'wasm'/,
    );
  });

  test("examine says which engine would run, and how to mend what is missing", async () => {
    const { engine, findings } = await inOwnProcess<{
      engine: string;
      findings: { name: string; state: string; fix: string | null; found: string }[];
    }>('hide("@tensorflow/tfjs-node"); return examine();');
    expect(engine).toBe("wasm");
    const native = findings.find(({ name }) => name === "engine tensorflow");
    expect(native).toMatchObject({ state: "note", fix: "npm run setup" });
    for (const name of ["histobook", "Node.js", "sharp", "classic-level"]) {
      expect(findings.find((finding) => finding.name === name)?.state).toBe("good");
    }
  });
});
