import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findBrowser } from "../../scripts/browser.mjs";
import { reasonAgainstCompiling } from "../../scripts/setup/engine-compile.mjs";
import { complaintAboutNode } from "../../scripts/setup/node-version.mjs";
import {
  chooseEnvironment,
  environmentVariables,
  ownEnvironment,
} from "../../scripts/setup/python-environment.mjs";
import { libraryNames, requirement } from "../../scripts/setup/tensorflow-library.mjs";

let folder;
let prefix;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "histobook-choices-"));
  prefix = join(folder, "env");
  const bin = join(prefix, process.platform === "win32" ? "Scripts" : "bin");
  mkdirSync(bin, { recursive: true });
  for (const name of ["python", "python.exe", "chromium"])
    writeFileSync(join(bin, name), "", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("Node", () => {
  it("is refused in one sentence when it is older than 20.19", () => {
    expect(complaintAboutNode("20.18.3")).toMatch(
      /^Node: found 20\.18\.3, expected 20\.19\.0 or later; .+\.$/,
    );
    expect(complaintAboutNode("18.20.8")).toMatch(/found 18\.20\.8/);
  });

  it("is taken when it is 20.19 or later", () => {
    for (const version of ["20.19.0", "22.0.0", "24.21.0"])
      expect(complaintAboutNode(version)).toBeUndefined();
  });
});

describe("the Python environment", () => {
  it("is the active virtual environment when there is one", () => {
    expect(chooseEnvironment({ VIRTUAL_ENV: prefix, CONDA_PREFIX: "/elsewhere" })).toMatchObject({
      prefix,
      isOwn: false,
    });
  });

  it("is the active conda environment when it is not conda's base", () => {
    const env = { CONDA_PREFIX: prefix, CONDA_DEFAULT_ENV: "histobook" };
    expect(chooseEnvironment(env)).toMatchObject({ prefix, isOwn: false });
    const own = chooseEnvironment({ ...env, CONDA_DEFAULT_ENV: "base" });
    expect(own).toMatchObject({ prefix: ownEnvironment, isOwn: true });
    expect(own.why).toContain("base is left alone");
  });

  it("is .venv when none is active, or when the active one is gone", () => {
    expect(chooseEnvironment({})).toMatchObject({ prefix: ownEnvironment, isOwn: true });
    expect(chooseEnvironment({ VIRTUAL_ENV: join(folder, "gone") })).toMatchObject({ isOwn: true });
  });

  it("puts its commands first on PATH", () => {
    const { PATH } = environmentVariables({ prefix, bin: join(prefix, "bin") }, { PATH: "/usr/bin" });
    expect(PATH).toMatch(/^.*env.bin[:;]\/usr\/bin$/);
  });
});

describe("the native engine", () => {
  it("is not compiled when there is no compiler, and the reason says what to install", () => {
    if (!libraryNames()) return expect(reasonAgainstCompiling({ PATH: "" })).toContain("Windows");
    expect(reasonAgainstCompiling({ PATH: "" })).toMatch(/no C\+\+ compiler .*\(run: .+\)/);
  });

  it("takes the TensorFlow wheel that exists for the machine", () => {
    expect(requirement(false, "linux", "x64")).toMatch(/^tensorflow-cpu==/);
    expect(requirement(false, "linux", "arm64")).toMatch(/^tensorflow==/);
    expect(requirement(false, "darwin", "arm64")).toMatch(/^tensorflow==/);
    expect(requirement(true, "linux", "x64")).toMatch(/^tensorflow\[and-cuda\]==/);
  });

  it("knows the library's file names of each system", () => {
    expect(libraryNames("linux").main).toBe("libtensorflow_cc.so.2");
    expect(libraryNames("darwin").main).toBe("libtensorflow_cc.2.dylib");
    expect(libraryNames("win32")).toBeUndefined();
  });
});

describe("the browser", () => {
  it("is the one that CHROMIUM_PATH names, or an error when that is not there", () => {
    const path = join(prefix, "bin", "chromium");
    expect(findBrowser({ install: false, env: { CHROMIUM_PATH: path, PATH: "" } })).toBe(path);
    const gone = { CHROMIUM_PATH: join(folder, "gone") };
    expect(() => findBrowser({ install: false, env: gone })).toThrow(/CHROMIUM_PATH: found no file/);
  });

  it("is the one on PATH otherwise", () => {
    const env = { PATH: join(prefix, "bin") };
    expect(findBrowser({ install: false, env })).toBe(join(prefix, "bin", "chromium"));
  });
});
