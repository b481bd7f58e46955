import { EditorView } from "@codemirror/view";
import { CodeEditor, type IEditorServices } from "@jupyterlab/codeeditor";
import { CodeMirrorEditor } from "@jupyterlab/codemirror";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { Translation } from "../context.js";
import { element } from "../element.js";
import { prototxtMimeType } from "./file-types.js";
import { verdict } from "./prototxt-verdict.js";

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
