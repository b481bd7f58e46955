import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel } from "@jupyterlab/services";
import { Widget } from "@lumino/widgets";
import { checkPayload, viewMimeType, type DrawnViewName, type PayloadOf } from "histobook/payloads";
import type { Translation, ViewSettings } from "./context.js";
import { errorBox } from "./error-box.js";
import { RecordedBanner } from "./recorded-banner.js";
import { KernelLine } from "./live/kernel-line.js";
import type { Drawing, ViewLoader } from "./view.js";

/** Where renderers stand: an application, and in it perhaps a notebook. */
export interface Surroundings {
  readonly translation: Translation;
  readonly settings: () => ViewSettings;
  /** The notebook's kernel at this moment. */
  readonly kernel: () => Kernel.IKernelConnection | null;
}

/**
 * The one renderer of all views: checks the payload, lets the view draw it, and draws an error box in every
 * other case. It never throws, since the payload comes from a file that anybody may have written.
 */
export class HistobookRenderer<Name extends DrawnViewName> extends Widget implements IRenderMime.IRenderer {
  private drawing: Drawing<PayloadOf<Name>> | undefined;
  private line: KernelLine | undefined;
  private readonly banner: RecordedBanner;
  private turn = 0;

  constructor(
    private readonly loader: ViewLoader<Name>,
    private readonly surroundings: Surroundings,
  ) {
    super();
    this.addClass("histobook-view");
    this.node.dataset.histobookView = loader.name;
    this.banner = new RecordedBanner(surroundings.translation);
  }

  /** Draws the model's payload in place of the one before; of several calls under way, the last one wins. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const turn = ++this.turn;
    const check = this.check(model.data[viewMimeType(this.loader.name)]);
    if (check.ok && this.drawing?.update?.(check.payload)) {
      this.banner.show(check.payload);
      return;
    }
    const host = document.createElement("div");
    let drawn: { drawing: Drawing<PayloadOf<Name>>; line: KernelLine } | undefined;
    if (check.ok) drawn = await this.draw(host, check.payload, model.trusted);
    else host.replaceChildren(errorBox(this.loader.name, check.problems));
    if (turn !== this.turn || this.isDisposed) {
      drawn?.drawing.dispose();
      drawn?.line.dispose();
      return;
    }
    this.clear();
    this.drawing = drawn?.drawing;
    this.line = drawn?.line;
    this.banner.show(check.ok ? check.payload : {});
    this.node.replaceChildren(this.banner.node, host);
  }

  override dispose(): void {
    this.clear();
    super.dispose();
  }

  private clear(): void {
    this.drawing?.dispose();
    this.line?.dispose();
    this.drawing = undefined;
    this.line = undefined;
  }

  private check(data: unknown): ReturnType<typeof checkPayload<Name>> {
    return checkPayload(this.loader.name, data);
  }

  private async draw(
    host: HTMLElement,
    payload: PayloadOf<Name>,
    trusted: boolean,
  ): Promise<{ drawing: Drawing<PayloadOf<Name>>; line: KernelLine } | undefined> {
    const { translation, settings, kernel } = this.surroundings;
    const line = new KernelLine({
      display: payload.live,
      trusted,
      kernel,
      translate: (sentence) => translation.__(sentence),
    });
    try {
      const view = await this.loader.load();
      const drawing = await view.draw(host, payload, { line, translation, settings: settings() });
      return { drawing, line };
    } catch (error) {
      line.dispose();
      host.replaceChildren(errorBox(this.loader.name, error));
      return undefined;
    }
  }
}
