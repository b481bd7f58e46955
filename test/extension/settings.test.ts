/** What a user sets, and whom a notebook's displays may talk to. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createSample, makePatches, openStudy, showPatches } from "histobook";
import { viewMimeType } from "histobook/payloads";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askKernel, startLab, type Lab } from "./lab.js";
import { sampleMap } from "./sample-map.js";

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
  const study = openStudy(await createSample(join(lab.root, "study")));
  await makePatches(study, { perImage: 5 });
  const patches = await showPatches(study);
  const map = { ...(await sampleMap()), live: randomUUID() };
  await lab.writeNotebook("views.ipynb", [{ [viewMimeType("probability-map")]: map }, { ...patches.data }]);
}, 240_000);
afterAll(() => lab?.stop(), 30_000);

async function open(): Promise<{ page: Page; colourMap: string; gridHeight: number }> {
  const page = await lab.open("views.ipynb");
  const colourMap = page.locator("[data-histobook-view=probability-map] select[name=colour-map]");
  await page.locator("[data-histobook-view=patch-grid]").getByRole("listbox").waitFor();
  const spacer = page.locator(".histobook-grid-spacer");
  await expect.poll(() => spacer.evaluate((node) => node.clientHeight)).toBeGreaterThan(100);
  return {
    page,
    colourMap: await colourMap.inputValue(),
    gridHeight: await spacer.evaluate((node) => node.clientHeight),
  };
}

test("the settings decide the colour map and the size of patches that views begin with", async () => {
  const usual = await open();
  await usual.page.context().close();
  expect(usual.colourMap).toBe("viridis");
  await lab.writeSettings("jupyterlab-histobook:views", { colourMap: "red-green", patchSide: 96 });
  const changed = await open();
  await changed.page.context().close();
  expect(changed.colourMap).toBe("red-green");
  // Twice the side: half as many in a row, and each row twice as high.
  expect(changed.gridHeight / usual.gridHeight).toBeGreaterThan(3);
}, 120_000);

test("a notebook that is not trusted reaches no kernel, and its views say so", async () => {
  const { page } = await open();
  try {
    // The page's sockets are open already: from now on, all that they send is written down.
    await page.evaluate(() => {
      const sent: string[] = [];
      const send = Reflect.get(WebSocket.prototype, "send") as (this: WebSocket, data: unknown) => void;
      WebSocket.prototype.send = function (data) {
        sent.push(typeof data === "string" ? data : new TextDecoder().decode(data as BufferSource));
        send.call(this, data);
      };
      Object.assign(globalThis, { sent });
    });
    const view = page.locator("[data-histobook-view=probability-map]");
    await view.getByRole("button", { name: "Send the threshold to the kernel" }).click();
    await view.getByText("Trust the notebook to let its displays talk to the kernel.").waitFor();
    // What the page sends for another reason is in the list: it is not empty for want of looking.
    await askKernel(page, "print(1)");
    const sent = await page.evaluate(() => (globalThis as unknown as { sent: string[] }).sent);
    expect(sent.some((frame) => frame.includes("execute_request"))).toBe(true);
    expect(sent.filter((frame) => frame.includes("comm_open") || frame.includes("comm_msg"))).toEqual([]);
  } finally {
    await page.context().close();
  }
}, 60_000);
