import { EditorView } from "@codemirror/view";
import { CodeEditor, type IEditorServices } from "@jupyterlab/codeeditor";
import { CodeMirrorEditor } from "@jupyterlab/codemirror";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import { parseNet, parseSolver } from "histobook/caffe";
import type { Translation } from "../context.js";
import { element } from "../element.js";
import { prototxtMimeType } from "./file-types.js";

/** A `.prototxt`, coloured and read-only: whether Caffe would read it stands above. "Open With → Editor" edits it. */
export function drawPrototxt(
  host: HTMLElement,
  context: DocumentRegistry.Context,
  { factoryService }: IEditorServices,
  translation: Translation,
): Promise<{ dispose(): void }> {
  const text = context.model.toString();
  const place = element("div", { className: "histobook-source" });
  host.append(verdict(text, context.localPath, translation), place);
  const model = new CodeEditor.Model({ mimeType: prototxtMimeType });
  model.sharedModel.setSource(text);
  const editor = factoryService.newDocumentEditor({
    host: place,
    model,
    config: { readOnly: true, lineNumbers: true },
  });
  // The editor's own field has no name, and is a text field to a screen reader although nothing can be typed.
  if (editor instanceof CodeMirrorEditor) {
    const label = translation.__("Text of %1", context.localPath);
    editor.injectExtension(EditorView.contentAttributes.of({ "aria-label": label }));
  }
  return Promise.resolve({
    dispose: () => {
      editor.dispose();
      model.dispose();
    },
  });
}

/** What the text is, or the first thing that keeps Caffe from reading it. */
function verdict(text: string, subject: string, translation: Translation): HTMLElement {
  const isSolver = /^\s*(?:base_lr|train_net|net|max_iter)\s*:/m.test(text);
  try {
    if (isSolver) {
      const { type, maxIter, baseLr } = parseSolver(text, subject);
      return element("p", { className: "histobook-verdict" }, [
        translation.__(
          "A solver: %1, %2 iterations, learning rate %3.",
          type,
          maxIter,
          String(Number(baseLr.toPrecision(6))),
        ),
      ]);
    }
    const net = parseNet(text, subject);
    return element("p", { className: "histobook-verdict" }, [
      `${translation.__("A network “%1”:", net.name)} ${net.layer.map(({ name }) => name).join(" → ")}`,
    ]);
  } catch (error) {
    return element("p", { className: "histobook-error", role: "alert" }, [
      error instanceof Error ? error.message : String(error),
    ]);
  }
}
