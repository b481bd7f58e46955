import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { checkPayload, viewMimeType, type DrawnViewName, type PayloadOf } from "histobook/payloads";
import { errorBox } from "./error-box.js";

/** What a view leaves on the page; `dispose` ends its observers and listeners. */
export interface Drawing {
  dispose(): void;
}

/** One view: draws a payload that has passed its schema into an element that is not on the page yet. */
export interface View<Payload> {
  /** @throws PayloadError when a picture in the payload is not what the payload says it is. */
  draw(host: HTMLElement, payload: Payload): Promise<Drawing>;
}

/** A view by name; its code is loaded when the first payload of its kind is shown. */
export interface ViewLoader<Name extends DrawnViewName = DrawnViewName> {
  readonly name: Name;
  load(): Promise<View<PayloadOf<Name>>>;
}

/**
 * The one renderer of all views: checks the payload, lets the view draw it, and draws an error box in every
 * other case. It never throws, since the payload comes from a file that anybody may have written.
 */
export class HistobookRenderer<Name extends DrawnViewName> extends Widget implements IRenderMime.IRenderer {
  private drawing: Drawing | undefined;
  private turn = 0;

  constructor(private readonly loader: ViewLoader<Name>) {
    super();
    this.addClass("histobook-view");
    this.node.dataset.histobookView = loader.name;
  }

  /** Draws the model's payload in place of the one before; of several calls under way, the last one wins. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const turn = ++this.turn;
    const host = document.createElement("div");
    const drawing = await this.draw(host, model.data[viewMimeType(this.loader.name)]);
    if (turn !== this.turn || this.isDisposed) {
      drawing?.dispose();
      return;
    }
    this.drawing?.dispose();
    this.drawing = drawing;
    this.node.replaceChildren(host);
  }

  override dispose(): void {
    this.drawing?.dispose();
    this.drawing = undefined;
    super.dispose();
  }

  private async draw(host: HTMLElement, data: unknown): Promise<Drawing | undefined> {
    try {
      const check = checkPayload(this.loader.name, data);
      if (!check.ok) {
        host.replaceChildren(errorBox(this.loader.name, check.problems));
        return undefined;
      }
      const view = await this.loader.load();
      return await view.draw(host, check.payload);
    } catch (error) {
      host.replaceChildren(errorBox(this.loader.name, error));
      return undefined;
    }
  }
}
