/** A notebook as its reader handles it: by mouse and keyboard. */
import type { Locator, Page } from "playwright-core";
import { startAll } from "../extension/lab.js";

/** One notebook that a page shows. */
export class NotebookPage {
  constructor(readonly page: Page) {}

  cell(index: number): Locator {
    return this.page.locator(".jp-Notebook .jp-Cell").nth(index);
  }

  /** What a cell has shown. */
  output(index: number): Locator {
    return this.cell(index).locator(".jp-OutputArea-output");
  }

  /** `[3]:` for a cell that has run, `[*]:` for one that runs or waits, `[ ]:` for others. */
  async prompt(index: number): Promise<string> {
    return (await this.cell(index).locator(".jp-InputArea-prompt").innerText()).trim();
  }

  /** Waits until a cell's prompt has a form. */
  async promptIs(index: number, form: RegExp): Promise<void> {
    await this.cell(index).locator(".jp-InputArea-prompt").getByText(form).waitFor();
  }

  /** Starts all cells; does not wait for them. */
  async runAll(): Promise<void> {
    await startAll(this.page);
  }

  /** Puts the cursor at the end of a cell's code. */
  async enter(index: number): Promise<void> {
    await this.cell(index).locator(".cm-content").click();
    await this.page.keyboard.press("Control+End");
  }

  /** Starts a cell; `run` waits for its end too. */
  async start(index: number): Promise<void> {
    await this.enter(index);
    await this.page.keyboard.press("Control+Enter");
  }

  async run(index: number): Promise<void> {
    const before = await this.prompt(index);
    await this.start(index);
    await this.cell(index)
      .locator(".jp-InputArea-prompt")
      .filter({ hasNotText: before })
      .filter({ hasText: /^\s*\[\d+\]:\s*$/ })
      .waitFor();
  }

  async toolbar(item: "interrupt" | "restart"): Promise<void> {
    await this.page.locator(`.jp-NotebookPanel-toolbar [data-jp-item-name="${item}"]`).click();
  }
}
