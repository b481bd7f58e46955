import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type fs from "node:fs";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { isHistobookError, withLock } from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  return { ...real, linkSync: vi.fn(real.linkSync) };
});

const built = join(__dirname, "../../kernel-lib/dist/foundation/index.js");

/** Starts a process that raises a counter file `times` times, each time under the lock. */
function counter(folder: string, times: number, { beatMs = 5000, preparation = "" } = {}) {
  const program = `
    ${preparation}
    const { withLock } = require(${JSON.stringify(built)});
    const fs = require("node:fs");
    (async () => {
      for (let i = 0; i < ${times}; i++) {
        await withLock("lock", async () => {
          const count = Number(fs.readFileSync("count", "utf8"));
          await new Promise((resolve) => setTimeout(resolve, 1));
          fs.writeFileSync("count", String(count + 1));
        }, { patienceMs: 60_000, beatMs: ${beatMs} });
      }
    })();`;
  return spawn(process.execPath, ["-e", program], { cwd: folder, stdio: "inherit" });
}

/** A lock that a process of another machine has left, last touched so many seconds ago. */
function leftByAnotherMachine(path: string, secondsAgo: number): void {
  writeFileSync(path, JSON.stringify({ host: "another-machine", pid: process.pid, since: "2020-01-01" }));
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(path, then, then);
}

/** So fast that a lock is given up after half a second. */
const beatMs = 20;

/** What a memory stick says to a hard link. */
const noLinks = `require("node:fs").linkSync = () => { throw Object.assign(new Error("no links"), { code: "EPERM" }); };`;

test.each([
  { where: "on a file system with hard links", preparation: "" },
  { where: "on one without", preparation: noLinks },
])(
  "withLock() lets one process at a time work, and loses no work of several: $where",
  async ({ preparation }) => {
    const folder = newFolder();
    writeFileSync(join(folder, "count"), "0");
    const counters = [1, 2, 3].map(() => counter(folder, 20, { preparation }));
    const ends = await Promise.all(counters.map((one) => once(one, "exit")));
    expect(ends.map(([status]: number[]) => status)).toEqual([0, 0, 0]);
    expect(readFileSync(join(folder, "count"), "utf8")).toBe("60");
    expect(readdirSync(folder)).toEqual(["count"]);
  },
);

test("withLock() takes over from a process that died with the lock", async () => {
  const path = join(newFolder(), "lock");
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(path, JSON.stringify({ host: hostname(), pid, since: "2020-01-01" }));
  expect(await withLock(path, () => "done", { patienceMs: 1000 })).toBe("done");
});

test("several that wait for a lock of a machine that is gone take it over one after another, and lose no work", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "count"), "0");
  leftByAnotherMachine(join(folder, "lock"), 3600);
  // The removal's own lock may have been left by the same machine.
  leftByAnotherMachine(join(folder, "lock.removal"), 3600);
  const counters = [1, 2, 3].map(() => counter(folder, 10, { beatMs: 200 }));
  const ends = await Promise.all(counters.map((one) => once(one, "exit")));
  expect(ends.map(([status]: number[]) => status)).toEqual([0, 0, 0]);
  expect(readFileSync(join(folder, "count"), "utf8")).toBe("30");
  expect(readdirSync(folder)).toEqual(["count"]);
});

test("withLock() waits for a machine that has fallen silent, says so once, and then takes its place", async () => {
  const path = join(newFolder(), "lock");
  leftByAnotherMachine(path, 0.2);
  const said: string[] = [];
  const began = performance.now();
  const options = {
    patienceMs: 0,
    beatMs,
    subject: "fold 1",
    onSilence: (words: string) => said.push(words),
  };
  expect(await withLock(path, () => "done", options)).toBe("done");
  expect(performance.now() - began).toBeGreaterThan(200);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^fold 1: process \d+ on another-machine working since 2020-01-01 has not been heard of for 0 s; after 0 s its place is taken\.$/,
  );
});

test("withLock() takes no lock that its holder touches, whatever this machine's clock says", async () => {
  const path = join(newFolder(), "lock");
  const clock = Date.now.bind(Date);
  Date.now = () => clock() + 3_600_000;
  let second: Promise<unknown> = Promise.resolve();
  await withLock(
    path,
    async ({ signal, check }) => {
      await sleep(100);
      const before = statSync(path).mtimeMs;
      second = withLock(path, () => "second", { patienceMs: 1000, beatMs }).catch((error: unknown) => error);
      await sleep(1500);
      check();
      expect(signal.aborted).toBe(false);
      expect(statSync(path).mtimeMs).toBeGreaterThan(before + 500);
    },
    { beatMs },
  );
  Date.now = clock;
  expect(await second).toMatchObject({ code: "Locked" });
  expect(existsSync(path)).toBe(false);
});

test("a holder whose lock was taken over is told so, and leaves the new one alone", async () => {
  const path = join(newFolder(), "lock");
  const error: unknown = await withLock(
    path,
    async ({ signal, check }) => {
      rmSync(path);
      leftByAnotherMachine(path, 0);
      await once(signal, "abort");
      check();
    },
    { beatMs },
  ).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "Locked" });
  expect(String(error)).toContain("another process has taken this one's place");
  expect(readFileSync(path, "utf8")).toContain("another-machine");
});

test("a lock whose link was made although the answer was lost is held", async () => {
  const path = join(newFolder(), "lock");
  const real = await vi.importActual<typeof fs>("node:fs");
  vi.mocked(linkSync).mockImplementationOnce((from, to) => {
    real.linkSync(from, to);
    throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
  });
  expect(await withLock(path, () => existsSync(path), { patienceMs: 0 })).toBe(true);
  expect(existsSync(path)).toBe(false);
});

test("withLock() names the holder when it does not let go", async () => {
  const path = join(newFolder(), "lock");
  leftByAnotherMachine(path, 0);
  const error: unknown = await withLock(path, () => "done", { patienceMs: 50 }).catch(
    (caught: unknown) => caught,
  );
  expect(isHistobookError(error, "Locked")).toBe(true);
  expect(String(error)).toContain(`process ${process.pid} on another-machine working since 2020-01-01`);
});

test("withLock() stops waiting when it is told to", async () => {
  const path = join(newFolder(), "lock");
  leftByAnotherMachine(path, 0);
  const signal = AbortSignal.timeout(50);
  await expect(withLock(path, () => "done", { signal })).rejects.toMatchObject({ code: "Interrupted" });
});

test("withLock() lets go when the work fails", async () => {
  const path = join(newFolder(), "lock");
  await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(path, () => "next", { patienceMs: 0 })).toBe("next");
});

test("withLock() says what is wrong when the folder is missing", async () => {
  const path = join(newFolder(), "missing", "lock");
  await expect(withLock(path, () => 1)).rejects.toThrow(`${path}: found no folder of that name`);
});

test("a holder whose folder is removed is told so, and that nobody has taken its place", async () => {
  const folder = join(newFolder(), "study");
  mkdirSync(folder);
  const work = withLock(
    join(folder, "lock"),
    async ({ signal, check }) => {
      rmSync(folder, { recursive: true });
      await once(signal, "abort");
      check();
    },
    { beatMs, subject: "fold 1" },
  );
  await expect(work).rejects.toThrow(
    `${folder}: found no such folder any more, while fold 1 was at work there, expected the folder to stay; restore it, or begin again in another one.`,
  );
});
