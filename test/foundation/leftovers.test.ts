/** What killed processes leave in a folder, and who clears it away. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import {
  removeLeftovers,
  startOfProcess,
  unfinishedPath,
  withLock,
  writeWholeFile,
} from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

function put(name: string, content = "", secondsAgo = 0): string {
  writeFileSync(join(folder, name), content);
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(join(folder, name), then, then);
  return name;
}

test("removeLeftovers() removes what dead processes of this machine left, and nothing of the living", () => {
  const living = put(basename(unfinishedPath(join(folder, "mine.png"))));
  const elsewhere = put(".unfinished-another-machine-1-0-theirs.png");
  put(`.unfinished-${hostname()}-${deadProcess()}-0-dead.png`);
  mkdirSync(join(folder, `.unfinished-${hostname()}-${deadProcess()}-0-DB_train_1`));
  const whole = put("whole.png");
  removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual([living, elsewhere, whole].sort());
});

test("what another machine has left is removed after a day: a container has a new name each time", () => {
  put(".unfinished-5f2b7c-1-0-old.png", "half", 25 * 3600);
  const young = put(".unfinished-5f2b7c-1-0-young.png", "half", 23 * 3600);
  removeLeftovers(folder);
  expect(readdirSync(folder)).toEqual([young]);
});

test("locks of dead processes go, those of the living, of other machines and without a holder stay", () => {
  const lock = (name: string, host: string, pid: number, started?: string): string =>
    put(name, JSON.stringify({ host, pid, since: "2020-01-01T00:00:00.000Z", started }));
  lock("dead.lock", hostname(), deadProcess());
  lock("dead.lock.removal", hostname(), deadProcess());
  lock("number-given-again.lock", hostname(), process.pid, "1");
  const stays = [
    lock("living.lock", hostname(), process.pid, startOfProcess(process.pid)),
    lock("older-version.lock", hostname(), process.pid),
    lock("elsewhere.lock", "another-machine", 1),
    put("package.lock", "someone else's"),
  ];
  removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(stays.sort());
});

test("a lock whose holder's number is another process's by now is taken over at once", async () => {
  const path = join(folder, "lock");
  put("lock", JSON.stringify({ host: hostname(), pid: process.ppid, since: "2020-01-01", started: "1" }));
  expect(await withLock(path, () => "done", { patienceMs: 0 })).toBe("done");
});

test("whoever writes into a folder clears up there first, once", () => {
  const dead = (): string => put(`.unfinished-${hostname()}-${deadProcess()}-0-report.json`);
  dead();
  writeWholeFile(join(folder, "report.json"), "{}");
  expect(readdirSync(folder)).toEqual(["report.json"]);
  const later = dead();
  writeWholeFile(join(folder, "report.json"), "{}");
  expect(readdirSync(folder).sort()).toEqual([later, "report.json"].sort());
});

test("a folder that is not there has no leftovers", () => {
  expect(() => removeLeftovers(join(folder, "missing"))).not.toThrow();
});
