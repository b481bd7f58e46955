import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeSkeleton, runScript } from "./skeleton.mjs";

const built = ({ folder }) => join(folder, "kernel-lib", "dist", "index.js");

let skeleton;
beforeEach(() => {
  skeleton = makeSkeleton();
});
afterEach(() => skeleton.remove());

describe("set-up on a bare machine", () => {
  it("builds the library, then names Python and how to install it when there is none", async () => {
    const { status, output } = await runScript(skeleton.folder, "setup.mjs");
    expect(output).toContain("built kernel-lib");
    expect(output).toMatch(
      /Python: found none on PATH, expected 3\.10 or later with its venv module; run: .+/,
    );
    expect(output).not.toMatch(/^\s+at /m);
    expect(status).toBe(1);
    expect(readFileSync(built(skeleton), "utf8")).toContain("42");
  });

  it("does not compile again when nothing has changed, and does when a source or a product has", async () => {
    await runScript(skeleton.folder, "setup.mjs");
    expect((await runScript(skeleton.folder, "setup.mjs")).output).toContain("kernel-lib is built");
    skeleton.write("kernel-lib/src/index.ts", "export const answer: number = 43;\n");
    expect((await runScript(skeleton.folder, "setup.mjs")).output).toContain("built kernel-lib");
    expect(readFileSync(built(skeleton), "utf8")).toContain("43");
    skeleton.write("kernel-lib/src/second.ts", "export {};\n");
    expect((await runScript(skeleton.folder, "setup.mjs")).output).toContain("built kernel-lib");
  });

  it("starts a step anew when the last set-up was killed in it", async () => {
    const killed = await runScript(skeleton.folder, "setup.mjs", { killAt: "compiling kernel-lib" });
    expect(killed.signal).toBe("SIGKILL");
    expect(existsSync(built(skeleton))).toBe(false);
    const { output } = await runScript(skeleton.folder, "setup.mjs");
    expect(output).toContain("built kernel-lib");
    expect(existsSync(built(skeleton))).toBe(true);
  });

  it("names the error and keeps the last build when a source does not compile", async () => {
    await runScript(skeleton.folder, "setup.mjs");
    skeleton.write("kernel-lib/src/index.ts", 'export const answer: number = "many";\n');
    const { status, output } = await runScript(skeleton.folder, "setup.mjs");
    expect(status).toBe(1);
    expect(output).toMatch(
      /kernel-lib: found .*index\.ts.*TS2322.*expected sources that compile; .*library\.log/,
    );
    expect(readFileSync(built(skeleton), "utf8")).toContain("42");
    expect(existsSync(join(skeleton.folder, "kernel-lib", "dist.new"))).toBe(false);
  });

  it("names npm's complaint when the packages cannot be fetched", async () => {
    const dependencies = { "is-odd": "3.0.1" };
    const entry = {
      version: "3.0.1",
      resolved: "http://127.0.0.1:9/is-odd-3.0.1.tgz",
      integrity: "sha512-AAAA",
    };
    const packages = { "": { dependencies }, "node_modules/is-odd": entry };
    skeleton.write("package.json", { name: "skeleton", version: "1.0.0", dependencies });
    skeleton.write("package-lock.json", { name: "skeleton", version: "1.0.0", lockfileVersion: 3, packages });
    const { status, output } = await runScript(skeleton.folder, "setup.mjs");
    expect(output).toMatch(/npm ci: found .+, expected the packages of package-lock\.json .*npm\.log/);
    expect(status).toBe(1);
  });

  it("waits for nobody when the process that held the lock is gone", async () => {
    skeleton.write(".histobook/setup.lock", { pid: 2 ** 22 + 1 });
    const { output } = await runScript(skeleton.folder, "setup.mjs");
    expect(output).not.toContain("waiting");
    expect(output).toContain("built kernel-lib");
  });
});

describe("npm test", () => {
  it("counts a failed set-up as one failure in its last line", async () => {
    const { status, output } = await runScript(skeleton.folder, "test.mjs");
    expect(output.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
    expect(status).toBe(1);
  });
});
