/** `histobook kernel install` and `uninstall`, and what `doctor` says, through the command and in temporary folders. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run, runJson } from "../cli/command";
import { dataFolders, userDataFolder } from "../../kernel-lib/src/kernelspec/folders";
import { choosePlace } from "../../kernel-lib/src/kernelspec/place";
import { requireKernel } from "../../kernel-lib/src/kernelspec/requirements";

const library = join(__dirname, "..", "..", "kernel-lib");

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "histobook-kernelspec-"));
  env = { PATH: process.env.PATH, HOME: folder, JUPYTER_DATA_DIR: join(folder, "user") };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const prefix = (): string => join(folder, "environment");
const kernels = (): string => join(prefix(), "share", "jupyter", "kernels");

function specification(path = join(kernels(), "histobook")): Record<string, unknown> {
  return JSON.parse(readFileSync(join(path, "kernel.json"), "utf8")) as Record<string, unknown>;
}

describe("install", () => {
  test("writes kernel.json with full paths and the pictures, and nothing else", async () => {
    const { status, out } = await run(["kernel", "install", "--prefix", prefix()], { env });
    expect([status, out]).toEqual([
      0,
      `The kernel 'TypeScript (histobook)' is installed in ${join(kernels(), "histobook")}.\n`,
    ]);
    expect(specification()).toEqual({
      argv: [process.execPath, join(library, "bin", "kernel.js"), "{connection_file}"],
      display_name: "TypeScript (histobook)",
      language: "typescript",
      interrupt_mode: "message",
      metadata: { debugger: false },
    });
    expect(readdirSync(join(kernels(), "histobook")).sort()).toEqual([
      "kernel.json",
      "logo-32x32.png",
      "logo-64x64.png",
      "logo-svg.svg",
    ]);
    expect(readdirSync(kernels())).toEqual(["histobook"]);
    expect(readdirSync(join(prefix(), "share", "jupyter"))).toEqual(["kernels"]);
  });

  test("leaves a kernel alone that is as wanted, and replaces one that isn't, with all that lay in it", async () => {
    const path = join(kernels(), "histobook");
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "kernel.json"), '{"argv": ["node", "/gone/kernel.js"]}');
    writeFileSync(join(path, "kernel.js"), "");
    const args = ["kernel", "install", "--prefix", prefix()];
    expect((await runJson(args, { env })).last).toMatchObject({
      event: "result",
      changed: true,
      folder: path,
    });
    expect(existsSync(join(path, "kernel.js"))).toBe(false);
    expect((await runJson(args, { env })).last).toMatchObject({ changed: false });
  });

  test("goes to the active environment, and without one to the user's folder", async () => {
    await run(["kernel", "install"], { env: { ...env, VIRTUAL_ENV: prefix() } });
    expect(readdirSync(kernels())).toEqual(["histobook"]);
    await run(["kernel", "install"], { env });
    expect(existsSync(join(folder, "user", "kernels", "histobook", "kernel.json"))).toBe(true);
  });

  test("says what is wrong with a place, and leaves nothing behind", async () => {
    writeFileSync(join(folder, "file"), "");
    const inFile = await run(["kernel", "install", "--prefix", join(folder, "file")], { env });
    expect([inFile.status, inFile.errors]).toEqual([
      1,
      expect.stringMatching(/found a file where a folder should be, expected a place to write to; /),
    ]);
    const none = await run(["kernel", "install", "--sys-prefix"], { env });
    expect([none.status, none.errors]).toEqual([2, expect.stringMatching(/no active Python environment/)]);
    const two = await run(["kernel", "install", "--user", "--prefix", folder], { env });
    expect([two.status, two.errors]).toEqual([
      2,
      expect.stringMatching(/found --user and --prefix, expected one/),
    ]);
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("uninstall", () => {
  test("removes the kernel's folder and no other, and a second time says that there is none", async () => {
    await run(["kernel", "install", "--prefix", prefix()], { env });
    mkdirSync(join(kernels(), "python3"));
    const args = ["kernel", "uninstall", "--prefix", prefix()];
    expect((await run(args, { env })).out).toBe(`Removed ${join(kernels(), "histobook")}.\n`);
    expect(readdirSync(kernels())).toEqual(["python3"]);
    const again = await run(args, { env });
    expect([again.status, again.out]).toEqual([0, expect.stringContaining("No kernel in")]);
  });
});

describe("what the kernel stands on", () => {
  test("an old Node, a missing tslab, npx's cache and a missing launcher are named with what to do", () => {
    const good = { nodeVersion: process.versions.node, installation: library };
    expect(() => requireKernel(good)).not.toThrow();
    expect(() => requireKernel({ ...good, nodeVersion: "20.18.3" })).toThrow(
      /^Node\.js: found 20\.18\.3, expected 20\.19 or later; install it from/,
    );
    const cache = join(folder, "_npx", "histobook");
    expect(() => requireKernel({ ...good, installation: cache })).toThrow(/npm install --global histobook/);
    expect(() => requireKernel({ ...good, installation: folder })).toThrow(/found no bin\/kernel\.js/);
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "kernel.js"), "");
    expect(() => requireKernel({ ...good, installation: folder })).toThrow(
      /^tslab: found no such package beside histobook, .*; run npm install in /,
    );
  });
});

describe("doctor", () => {
  async function kernelFindings(): Promise<unknown> {
    const { last } = await runJson(["doctor"], { env });
    const findings = last.findings as { name: string; found: string }[];
    return findings.filter(({ name, found }) => name === "notebook kernel" && !found.includes(".venv"));
  }

  test("says where the kernel is and whether it starts this installation with this Node", async () => {
    await run(["kernel", "install", "--user"], { env });
    const path = join(folder, "user", "kernels", "histobook");
    const found = `${path} starts this installation with this Node`;
    expect(await kernelFindings()).toEqual([{ name: "notebook kernel", state: "good", found, fix: null }]);

    const other = specification(path);
    const elsewhere = join(folder, "kernel.js");
    writeFileSync(elsewhere, "");
    other.argv = [process.execPath, elsewhere, "{connection_file}"];
    writeFileSync(join(path, "kernel.json"), JSON.stringify(other));
    const fix = "histobook kernel install --user";
    expect(await kernelFindings()).toEqual([
      {
        name: "notebook kernel",
        state: "note",
        found: `${path} starts another installation (${elsewhere})`,
        fix,
      },
    ]);

    rmSync(elsewhere);
    expect(await kernelFindings()).toEqual([
      { name: "notebook kernel", state: "missing", found: `${path} starts ${elsewhere}, which is gone`, fix },
    ]);

    writeFileSync(join(path, "kernel.json"), "{");
    expect(await kernelFindings()).toEqual([
      { name: "notebook kernel", state: "missing", found: `${path} has no usable kernel.json`, fix },
    ]);
  });
});

describe("Jupyter's folders", () => {
  test("of the user follow jupyter_core's rules on each system", () => {
    const linux = { platform: "linux" as const, home: "/home/ada" };
    expect(userDataFolder({ ...linux, env: { XDG_DATA_HOME: "/xdg" } })).toBe(join("/xdg", "jupyter"));
    const mac = { platform: "darwin" as const, home: "/Users/ada" };
    expect(userDataFolder({ ...mac, env: { JUPYTER_PLATFORM_DIRS: "1" } })).toBe(
      join("/Users/ada", "Library", "Application Support", "jupyter"),
    );
    expect(userDataFolder({ ...mac, env: { JUPYTER_PLATFORM_DIRS: "no" } })).toBe(
      join("/Users/ada", "Library", "Jupyter"),
    );
    const windows = { platform: "win32" as const, home: "C:\\Users\\ada" };
    expect(userDataFolder({ ...windows, env: { APPDATA: "C:\\Roaming" } })).toBe(
      join("C:\\Roaming", "jupyter"),
    );
    expect(userDataFolder({ ...windows, env: {} })).toBe(join("C:\\Users\\ada", ".jupyter", "data"));
  });

  test("are those of the user, the active environment, JUPYTER_PATH and everyone", () => {
    const system = {
      platform: "linux" as const,
      home: "/home/ada",
      env: { JUPYTER_PATH: "/one:/two", CONDA_PREFIX: "/conda" },
    };
    expect(dataFolders(system)).toEqual([
      "/one",
      "/two",
      "/home/ada/.local/share/jupyter",
      "/conda/share/jupyter",
      "/usr/local/share/jupyter",
      "/usr/share/jupyter",
    ]);
    expect(choosePlace({ user: true }, system).options).toBe("--user");
    expect(choosePlace({}, system).options).toBe("--prefix /conda");
  });
});
