import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { viewMimeType } from "histobook/payloads";
import { applicationPlugin } from "./application/plugin.js";
import { documentsPlugin } from "./documents/plugin.js";
import { HistobookRenderer, type Surroundings } from "./renderer.js";
import { followSettings, settingsPlugin } from "./settings.js";
import type { AnyViewLoader } from "./view.js";
import { viewLoaders } from "./views/index.js";

/** Registers a renderer for each view's MIME type, ahead of the static picture that stands beside it. */
const viewsPlugin: JupyterFrontEndPlugin<void> = {
  id: settingsPlugin,
  description: "Draws what histobook displays.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, ISettingRegistry, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null,
  ) => {
    const everywhere = {
      translation: (translator ?? nullTranslator).load("jupyterlab_histobook"),
      settings: followSettings(settingRegistry, settingsPlugin),
    };
    register(registry, { ...everywhere, kernel: () => null });
    // A notebook's own registry, so that its views know its kernel.
    const inNotebook = ({ content, sessionContext }: NotebookPanel): void =>
      register(content.rendermime, {
        ...everywhere,
        kernel: () => sessionContext.session?.kernel ?? null,
      });
    notebooks?.forEach(inNotebook);
    notebooks?.widgetAdded.connect((_, panel) => inNotebook(panel));
  },
};

function register(registry: IRenderMimeRegistry, surroundings: Surroundings): void {
  for (const loader of viewLoaders) registerView(registry, loader, surroundings);
}

function registerView(
  registry: IRenderMimeRegistry,
  loader: AnyViewLoader,
  surroundings: Surroundings,
): void {
  registry.addFactory(
    {
      // Safe: payloads are checked, drawn on canvases and set as text alone, so untrusted notebooks see them too.
      safe: true,
      mimeTypes: [viewMimeType(loader.name)],
      createRenderer: () => new HistobookRenderer(loader, surroundings),
    },
    0,
  );
}

export default [viewsPlugin, applicationPlugin, documentsPlugin];
