import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { giveName, type RenamingMachine } from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

/** A machine on which the first so many renames fail, and what it did. */
function machine(platform: NodeJS.Platform, failures: number, code = "EPERM") {
  const done = { renames: 0, waited: 0 };
  const rename = () => {
    if (done.renames++ < failures) throw Object.assign(new Error("in use"), { code });
  };
  const pause = (milliseconds: number) => void (done.waited += milliseconds);
  return { done, system: { platform, rename, pause } satisfies RenamingMachine };
}

test("giveName() replaces an older file", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "new"), "new");
  writeFileSync(join(folder, "old"), "old");
  giveName(join(folder, "new"), join(folder, "old"));
  expect(readFileSync(join(folder, "old"), "utf8")).toBe("new");
});

test.each(["EPERM", "EACCES", "EBUSY"])(
  "giveName() on Windows tries again while another program has the file open (%s)",
  (code) => {
    const { done, system } = machine("win32", 4, code);
    giveName("from", "to", system);
    expect(done).toEqual({ renames: 5, waited: 150 });
  },
);

test("giveName() on Windows gives up after most of a second", () => {
  const { done, system } = machine("win32", Infinity);
  expect(() => giveName("from", "to", system)).toThrow("in use");
  expect(done.waited).toBeGreaterThan(500);
  expect(done.waited).toBeLessThan(1000);
});

test.each([
  ["a missing file on Windows", "win32", "ENOENT"],
  ["no permission on Linux", "linux", "EPERM"],
] as const)("giveName() does not wait for %s", (_, platform, code) => {
  const { done, system } = machine(platform, Infinity, code);
  expect(() => giveName("from", "to", system)).toThrow("in use");
  expect(done).toEqual({ renames: 1, waited: 0 });
});
