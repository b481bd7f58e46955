import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { viewMimeType } from "histobook/payloads";
import { HistobookRenderer } from "./view.js";
import { viewLoaders } from "./views/index.js";

/** Registers a renderer for each view's MIME type, ahead of the static picture that stands beside it. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: "jupyterlab-histobook:views",
  description: "Draws what histobook displays.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: JupyterFrontEnd, registry: IRenderMimeRegistry) => {
    for (const loader of viewLoaders) {
      registry.addFactory(
        {
          // Safe: payloads are checked, drawn on canvases and set as text alone, so untrusted notebooks see them too.
          safe: true,
          mimeTypes: [viewMimeType(loader.name)],
          createRenderer: () => new HistobookRenderer(loader),
        },
        0,
      );
    }
  },
};

export default plugin;
