import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isHistobookError, withLock } from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

const built = join(__dirname, "../../kernel-lib/dist/foundation/index.js");

/** Starts a process that raises a counter file `times` times, each time under the lock. */
function counter(folder: string, times: number) {
  const program = `
    const { withLock } = require(${JSON.stringify(built)});
    const fs = require("node:fs");
    (async () => {
      for (let i = 0; i < ${times}; i++) {
        await withLock("lock", async () => {
          const count = Number(fs.readFileSync("count", "utf8"));
          await new Promise((resolve) => setTimeout(resolve, 1));
          fs.writeFileSync("count", String(count + 1));
        }, 60_000);
      }
    })();`;
  return spawn(process.execPath, ["-e", program], { cwd: folder, stdio: "inherit" });
}

test("withLock() lets one process at a time work, and loses no work of several", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "count"), "0");
  const counters = [1, 2, 3].map(() => counter(folder, 20));
  const ends = await Promise.all(counters.map((one) => once(one, "exit")));
  expect(ends.map(([status]: number[]) => status)).toEqual([0, 0, 0]);
  expect(readFileSync(join(folder, "count"), "utf8")).toBe("60");
  expect(existsSync(join(folder, "lock"))).toBe(false);
});

test("withLock() takes over from a process that died with the lock", async () => {
  const path = join(newFolder(), "lock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(path, JSON.stringify({ host: hostname(), pid, since: "2020-01-01" }));
  expect(await withLock(path, () => "done", 1000)).toBe("done");
});

test("withLock() names the holder when it does not let go", async () => {
  const path = join(newFolder(), "lock");
  writeFileSync(path, JSON.stringify({ host: "another-machine", pid: 7, since: "2020-01-01" }));
  const error: unknown = await withLock(path, () => "done", 50).catch((caught: unknown) => caught);
  expect(isHistobookError(error, "Locked")).toBe(true);
  expect(String(error)).toContain("process 7 on another-machine working since 2020-01-01");
});

test("withLock() lets go when the work fails", async () => {
  const path = join(newFolder(), "lock");
  await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(path, () => "next", 0)).toBe("next");
});

test("withLock() says what is wrong when the folder is missing", async () => {
  const path = join(newFolder(), "missing", "lock");
  await expect(withLock(path, () => 1)).rejects.toThrow(`${path}: found no folder of that name`);
});
