import { ABCWidgetFactory, DocumentWidget, type DocumentRegistry } from "@jupyterlab/docregistry";
import { Widget } from "@lumino/widgets";
import { errorBox } from "../error-box.js";

/** Draws a file's content into an element; what it gives back ends its listeners. */
export type DrawFile = (
  host: HTMLElement,
  context: DocumentRegistry.Context,
) => Promise<{ dispose(): void } | undefined>;

/** Shows one file, and draws it anew when it has changed on the disk. It never writes. */
class FileViewer extends Widget {
  private drawing: { dispose(): void } | undefined;
  private turn = 0;

  constructor(
    private readonly context: DocumentRegistry.Context,
    private readonly drawFile: DrawFile,
  ) {
    super();
    this.addClass("histobook-file");
    this.addClass("histobook-view");
    this.node.tabIndex = 0;
    void context.ready.then(() => {
      void this.draw();
      context.model.contentChanged.connect(() => void this.draw());
    });
  }

  override dispose(): void {
    this.drawing?.dispose();
    this.drawing = undefined;
    super.dispose();
  }

  private async draw(): Promise<void> {
    const turn = ++this.turn;
    const host = document.createElement("div");
    let drawing: { dispose(): void } | undefined;
    try {
      drawing = await this.drawFile(host, this.context);
    } catch (error) {
      host.replaceChildren(errorBox("file", error));
    }
    if (turn !== this.turn || this.isDisposed) {
      drawing?.dispose();
      return;
    }
    this.drawing?.dispose();
    this.drawing = drawing;
    this.node.replaceChildren(host);
  }
}

/** Opens files of some types in a viewer. */
export class ViewerFactory extends ABCWidgetFactory<DocumentWidget> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<DocumentWidget>,
    private readonly draw: DrawFile,
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DocumentWidget {
    return new DocumentWidget({ content: new FileViewer(context, this.draw), context });
  }
}
