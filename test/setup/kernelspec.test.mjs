import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installKernelspec } from "../../scripts/setup/kernelspec.mjs";

let prefix;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), "histobook-setup-kernels-"));
});
afterEach(() => rmSync(prefix, { recursive: true, force: true }));

const path = (name) => join(prefix, "share", "jupyter", "kernels", name, "kernel.json");
const specification = (name) => JSON.parse(readFileSync(path(name), "utf8"));

/** Takes the step; what it says at its end. */
async function take() {
  let said;
  await installKernelspec({ done: (text) => (said = text) }, { prefix });
  return said;
}

it("installs tslab's kernel and ours, both with full paths, and a second time touches neither", async () => {
  expect(await take()).toBe("installed the TypeScript kernels (tslab, histobook)");
  expect(specification("tslab").argv[0]).toBe(process.execPath);
  expect(specification("histobook")).toMatchObject({ interrupt_mode: "message", language: "typescript" });
  const times = ["tslab", "histobook"].map((name) => statSync(path(name)).mtimeMs);
  expect(await take()).toBe("the TypeScript kernels are known to JupyterLab");
  expect(["tslab", "histobook"].map((name) => statSync(path(name)).mtimeMs)).toEqual(times);
});

it("mends the one that was changed", async () => {
  await take();
  writeFileSync(path("histobook"), "{");
  expect(await take()).toBe("installed the TypeScript kernels (histobook)");
});
