import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { helpTopics } from "../../kernel-lib/src/foundation/index.js";
import { readHelpPages } from "../../kernel-lib/src/help/index.js";
import { troubleshootingPage } from "../../scripts/troubleshooting.mjs";
import { run } from "../cli/command.js";

test("docs/troubleshooting.md is what the cases say; else run npm run troubleshooting", async () => {
  const page = readFileSync(join(__dirname, "../../docs/troubleshooting.md"), "utf8");
  expect(page).toBe(await troubleshootingPage());
});

test("every topic has its section, once, and a sentence that says what it is about", () => {
  const pages = readHelpPages();
  expect(pages.map(({ topic }) => topic)).toEqual([...helpTopics]);
  for (const { about, entries } of pages)
    for (const text of [about, ...entries.map(({ why }) => why)]) expect(text).toMatch(/^\S.*\.$/);
});

test("histobook help lists the topics, prints one, and knows the commands", async () => {
  const list = await run(["help"]);
  expect(
    list.out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(":")[0]),
  ).toEqual([...helpTopics]);
  const masks = await run(["help", "masks"]);
  expect(masks.out).toContain("export the mask at the image's size.");
  expect((await run(["help", "train"])).out).toMatch(/^Usage: histobook train/);
});
