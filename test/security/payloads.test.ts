/** A notebook that an enemy wrote, opened in JupyterLab in a real browser: nothing of it runs, and nothing is fetched. */
import { checkPayload, viewMimeType, type DrawnViewName } from "histobook/payloads";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLab, type Bundle, type Lab } from "../extension/lab.js";
import { elsewhere, hostilePayloads, markup } from "./hostilePayloads.js";

type Payloads = Awaited<ReturnType<typeof hostilePayloads>>;

let lab: Lab;
let payloads: Payloads;

beforeAll(async () => {
  [lab, payloads] = await Promise.all([startLab(), hostilePayloads()]);
}, 240_000);

afterAll(() => lab?.stop(), 30_000);

const views = (): DrawnViewName[] => Object.keys(payloads) as DrawnViewName[];

/** Opens a notebook of saved outputs, and gives what was asked for elsewhere while all of it was shown. */
async function show(
  name: string,
  bundles: Bundle[],
  look: (page: Page) => Promise<void>,
): Promise<{ asked: string[]; said: string[]; marks: unknown }> {
  await lab.writeNotebook(name, bundles);
  const page = await lab.open(name);
  const asked: string[] = [];
  const said: string[] = [];
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url())) asked.push(request.url());
  });
  page.on("dialog", (dialog) => {
    said.push(dialog.message());
    void dialog.dismiss();
  });
  try {
    await page.setViewportSize({ width: 1280, height: 900 });
    await look(page);
    const marks = await page.evaluate(
      () => (window as unknown as { histobookPwned?: unknown }).histobookPwned ?? null,
    );
    return { asked, said, marks };
  } finally {
    await page.context().close();
  }
}

const quiet = { asked: [], said: [], marks: null };

describe("a hostile notebook", () => {
  test("with markup in every text of every view shows it as text", async () => {
    for (const view of views())
      expect({ view, ...checkPayload(view, payloads[view]) }).toMatchObject({ ok: true });
    const bundles = views().map((view) => ({
      [viewMimeType(view)]: payloads[view],
      "text/plain": markup,
    }));
    const result = await show("markup.ipynb", bundles, async (page) => {
      for (const view of views()) {
        const drawn = page.locator(`[data-histobook-view=${view}]`);
        await drawn.first().scrollIntoViewIfNeeded({ timeout: 120_000 });
        // Drawn, and no error box in its place.
        await drawn
          .locator(
            "canvas:visible, table:visible, [role=grid]:visible, [role=img]:visible, button:visible, li:visible",
          )
          .first()
          .waitFor({ timeout: 120_000 });
        expect(await drawn.locator(".histobook-error").count(), view).toBe(0);
        for (const kind of ["script", "iframe", "style", "a[href^='javascript']", `[src^='${elsewhere}']`])
          expect(await drawn.locator(kind).count(), `${kind} in ${view}`).toBe(0);
        // What comes with the pointer: a chart's or a table's words.
        const box = await drawn.first().boundingBox();
        if (box) await page.mouse.move(box.x + box.width / 2, box.y + Math.min(box.height / 2, 300));
      }
      expect(await page.locator("[data-histobook-view=cases]").innerText()).toContain("<script>");
    });
    expect(result).toEqual(quiet);
  }, 400_000);

  test("with addresses and programs where pictures belong draws none of them", async () => {
    const addresses = [
      `${elsewhere}/map.png`,
      `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="window.histobookPwned=8"/>`).toString("base64")}`,
      "data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGlzdG9ib29rUHduZWQ9OTwvc2NyaXB0Pg==",
      "javascript:window.histobookPwned=10",
    ];
    const bundles = addresses.map((image) => ({
      [viewMimeType("probability-map")]: { ...payloads["probability-map"], image },
    }));
    const result = await show("addresses.ipynb", bundles, async (page) => {
      const boxes = page.locator("[data-histobook-view=probability-map] .histobook-error");
      await boxes.nth(addresses.length - 1).waitFor({ timeout: 120_000 });
      expect(await boxes.count()).toBe(addresses.length);
    });
    expect(result).toEqual(quiet);
  }, 400_000);

  test("with data of any other kind gives an error box for each view", async () => {
    const odd: unknown[] = [null, 7, "x", [], {}, { version: 1, __proto__: { ok: true } }, { version: "1" }];
    const bundles = views().flatMap((view) => odd.map((data) => ({ [viewMimeType(view)]: data })));
    const result = await show("odd.ipynb", bundles, async (page) => {
      await page.locator(".histobook-error").first().waitFor({ timeout: 120_000 });
    });
    expect(result).toEqual(quiet);
  }, 400_000);
});
