import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodingProblem } from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

test("an image file that could not be decoded is told by the file itself", () => {
  const folder = newFolder();
  mkdirSync(join(folder, "folder.png"));
  writeFileSync(join(folder, "empty.png"), "");
  writeFileSync(join(folder, "text.png"), "no picture");
  expect(
    Object.fromEntries(
      ["none", "folder", "empty", "text"].map((name) => [name, decodingProblem(join(folder, `${name}.png`))]),
    ),
  ).toEqual({
    none: "no such file",
    folder: "a folder where a file should be",
    empty: "an empty file",
    text: "a file that can't be decoded",
  });
});
