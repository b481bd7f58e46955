import { posix, win32 } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { storedPath } from "../../kernel-lib/src/foundation/index.js";

test("storedPath() remembers a Windows path as any other system reads it", () => {
  expect(storedPath("D:\\Daten\\study", "D:\\Daten\\study\\out\\1\\a_prob.png", win32)).toBe(
    "out/1/a_prob.png",
  );
  expect(storedPath("D:\\Daten\\study", "d:\\daten\\STUDY\\models\\1.caffemodel", win32)).toBe(
    "models/1.caffemodel",
  );
  expect(storedPath("\\\\server\\share\\study", "\\\\server\\share\\study\\models\\1", win32)).toBe(
    "models/1",
  );
});

test("storedPath() leaves a backslash in a name alone where that is no separator", () => {
  expect(storedPath("/data/study", "/data/study/images/10\\20.png", posix)).toBe("images/10\\20.png");
});

test("storedPath() of a file below the folder is the same on Windows as elsewhere", () => {
  const name = fc.stringMatching(/^[a-zäöü0-9 _-]*[a-z0-9_-]$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (parts) => {
      const onWindows = storedPath("C:\\study", win32.join("C:\\study", ...parts), win32);
      expect(onWindows).toBe(storedPath("/study", posix.join("/study", ...parts), posix));
    }),
  );
});
