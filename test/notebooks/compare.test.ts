/** What the check of the committed outputs notices, and what it passes over. */
import sharp from "sharp";
import { expect, test } from "vitest";
import { randomStream } from "histobook";
import { compareNotebooks } from "../../scripts/notebooks/compare.mjs";
import { settleNotebook } from "../../scripts/notebooks/settle.mjs";

const picture = async (side: number, format: "png" | "jpeg" = "png") => {
  const random = randomStream(1, "noise");
  const noise = Uint8Array.from({ length: side * side * 3 }, () => random.integer(256));
  const bytes = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
    .toFormat(format)
    .toBuffer();
  return `<img src="data:image/${format};base64,${bytes.toString("base64")}">`;
};

/** A notebook of one cell, which shows some text, markup and printed lines. */
function notebookOf(text: string, html: string, printed: string, tags: string[] = []) {
  const outputs = [
    { output_type: "display_data", data: { "text/html": html, "text/plain": text }, metadata: {} },
    { output_type: "stream", name: "stdout", text: printed },
  ];
  const cell = { cell_type: "code", id: "one", source: "x", metadata: { tags }, execution_count: 1, outputs };
  return { cells: [cell], metadata: {} };
}

test("another figure, word, picture or kind of output is a difference; a picture's bytes are none", async () => {
  const before = notebookOf("12 patches", `<b>12</b>${await picture(20)}`, "F 0.5\n");
  const same = notebookOf("12 patches", `<b>12</b>${(await picture(20)).replace(/^/, "<i></i>")}`, "F 0.5\n");
  expect(await compareNotebooks(before, same)).toEqual([]);
  const others = [
    notebookOf("13 patches", `<b>12</b>${await picture(20)}`, "F 0.5\n"),
    notebookOf("12 patches", `<b>13</b>${await picture(20)}`, "F 0.5\n"),
    notebookOf("12 patches", `<b>12</b>${await picture(21)}`, "F 0.5\n"),
    notebookOf("12 patches", `<b>12</b>${await picture(20, "jpeg")}`, "F 0.5\n"),
    notebookOf("12 patches", `<b>12</b>${await picture(20)}`, "F 0.6\n"),
    notebookOf("12 patches", `<b>12</b>${await picture(20)}`, "F 0.5\nand more\n"),
  ];
  for (const other of others) expect(await compareNotebooks(before, other)).toHaveLength(1);
  expect(await compareNotebooks(before, { ...before, cells: [] })).toEqual(["cell one is missing"]);
});

test("a measured cell's figures may differ, and everybody's where no figure counts, but never the words", async () => {
  const before = (tags: string[]) =>
    notebookOf("F-score 0.123, at 0.5 –", "<b>x</b>", "took 1,234 windows\n", tags);
  const other = notebookOf("F-score 0.9, at 0.5 0.2", "<b>x</b>", "took 7 windows\n");
  expect(await compareNotebooks(before([]), other)).toHaveLength(1);
  expect(await compareNotebooks(before(["measured"]), other)).toEqual([]);
  expect(await compareNotebooks(before([]), other, { figures: "any" })).toEqual([]);
  const words = notebookOf("Recall 0.9, at 0.5 0.2", "<b>x</b>", "took 7 windows\n");
  expect(await compareNotebooks(before([]), words, { figures: "any" })).toEqual([
    'cell one: committed "text: F-score # at # #", now "text: Recall # at # #"',
  ]);
});

test("a settled notebook has no payload, no path and no speed, light pictures, and stays as it is when settled again", async () => {
  const html = `<p>/home/me/work/study: 5 of 5 (fold 1, 635 patches/s)</p><div>gpu is not used: none</div>${await picture(120)}`;
  const ran = notebookOf("Note: gpu is not used: none.\n5 of 5", html, "one\n\ntwo\n");
  const [cell] = ran.cells;
  Object.assign(cell.outputs[0].data!, { "application/vnd.histobook.cases.v1+json": { version: 1 } });
  Object.assign(cell.metadata, { execution: { "iopub.status.busy": "2026" } });
  const settled = await settleNotebook(ran, { home: "/home/me/work" });
  expect(await settleNotebook(settled)).toEqual(settled);
  const [{ outputs, metadata }] = settled.cells;
  expect(metadata).toEqual({ tags: [] });
  const text = JSON.stringify(outputs);
  expect(text).toContain('<p>study: 5 of 5 (fold 1)</p><img src=\\"data:image/jpeg;base64,');
  expect(text.length).toBeLessThan(JSON.stringify(ran).length / 2);
  expect(outputs[1]).toEqual({ output_type: "stream", name: "stdout", text: ["one\n", "two\n"] });
  expect(text).not.toMatch(/vnd\.histobook|not used|home/);
});
