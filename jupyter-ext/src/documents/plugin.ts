import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IEditorServices } from "@jupyterlab/codeeditor";
import { IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { followSettings, settingsPlugin } from "../settings.js";
import { fileTypes, prototxtMimeType, type ViewedType } from "./file-types.js";
import { ViewerFactory, type DrawFile } from "./viewer.js";

/** Icons and read-only viewers for the tutorial's files. Each viewer's code is loaded with the first file of its type. */
export const documentsPlugin: JupyterFrontEndPlugin<void> = {
  id: "jupyterlab-histobook:documents",
  description: "Shows Caffe's models, mean images and prototxts, and probability maps beside their images.",
  autoStart: true,
  requires: [IEditorServices],
  optional: [IEditorLanguageRegistry, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    editors: IEditorServices,
    languages: IEditorLanguageRegistry | null,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null,
  ) => {
    const translation = (translator ?? nullTranslator).load("jupyterlab_histobook");
    const settings = followSettings(settingRegistry, settingsPlugin);
    languages?.addLanguage({
      name: "prototxt",
      displayName: translation.__("Caffe prototxt"),
      mime: prototxtMimeType,
      extensions: ["prototxt"],
      load: async () => (await import("./prototxt-language.js")).prototxtLanguage(),
    });
    const viewers: { readonly [type in ViewedType]: { label: string; draw: DrawFile } } = {
      "histobook-model": {
        label: translation.__("Caffe Model"),
        draw: async (host, context) =>
          (await import("./caffe-files.js")).drawModel(host, context, translation),
      },
      "histobook-mean-image": {
        label: translation.__("Mean Image"),
        draw: async (host, context) =>
          (await import("./caffe-files.js")).drawMeanImage(host, context, translation),
      },
      "histobook-prototxt": {
        label: translation.__("Prototxt"),
        draw: async (host, context) =>
          (await import("./prototxt-file.js")).drawPrototxt(host, context, editors, translation),
      },
      "histobook-probability": {
        label: translation.__("Probability Map"),
        draw: async (host, context) =>
          (await import("./probability-file.js")).drawProbabilityFile(host, context, {
            contents: app.serviceManager.contents,
            translation,
            settings: settings(),
          }),
      },
    };
    for (const type of fileTypes) {
      const { label, draw } = viewers[type.name];
      app.docRegistry.addFileType(type);
      app.docRegistry.addWidgetFactory(
        new ViewerFactory(
          {
            name: `histobook ${type.name}`,
            label,
            modelName: type.fileFormat === "text" ? "text" : "base64",
            fileTypes: [type.name],
            defaultFor: [type.name],
            readOnly: true,
          },
          draw,
        ),
      );
    }
  },
};
