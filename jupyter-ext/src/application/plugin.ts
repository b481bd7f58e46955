import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { PathExt } from "@jupyterlab/coreutils";
import { IDocumentManager } from "@jupyterlab/docmanager";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { NotebookActions } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { histobookIcon } from "./icons.js";
import { StudyPanel } from "./study-panel.js";
import { namesIn } from "../folder.js";
import { copyTutorial, tutorialFolder } from "./tutorial.js";
import { tutorialNotebooks } from "./tutorialNotebooks.js";

/** The command's identifier, for menus and shortcuts of the user's own. */
export const openTutorial = "histobook:open-tutorial";

/** The tutorial as a launcher card and a command, and the side panel that shows the study. */
export const applicationPlugin: JupyterFrontEndPlugin<void> = {
  id: "jupyterlab-histobook:application",
  description: "Opens the epithelium tutorial and shows which steps of a study are done.",
  autoStart: true,
  requires: [IDocumentManager],
  optional: [IDefaultFileBrowser, ILauncher, ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
  ) => {
    const translation = (translator ?? nullTranslator).load("jupyterlab_histobook");
    const { contents, kernelspecs } = app.serviceManager;
    const folder = (): string => browser?.model.path ?? "";
    const open = async (parent: string, notebook: string): Promise<void> => {
      const copied = await copyTutorial(contents, parent, kernelspecs.specs);
      documents.openOrReveal(PathExt.join(copied, notebook));
    };

    app.commands.addCommand(openTutorial, {
      label: translation.__("Open the epithelium tutorial"),
      caption: translation.__("Copies the six notebooks into this folder, where they are not there yet"),
      icon: histobookIcon,
      execute: ({ cwd }) => open(typeof cwd === "string" ? cwd : folder(), tutorialNotebooks[0]),
    });
    launcher?.add({ command: openTutorial, category: "histobook", rank: 1 });
    palette?.addItem({ command: openTutorial, category: "histobook" });

    /** The notebook beside the study, in the folder that is shown, or in the tutorial's folder there. */
    const nearestNotebook = async (name: string, study: string): Promise<string | undefined> => {
      const parent = PathExt.dirname(study);
      for (const place of [parent, folder(), PathExt.join(folder(), tutorialFolder)]) {
        const names = await namesIn(contents, place).catch(() => new Set<string>());
        if (names.has(name)) return PathExt.join(place, name);
      }
      return undefined;
    };
    const openNotebook = async (name: string, study: string): Promise<void> => {
      const path = await nearestNotebook(name, study);
      if (path === undefined) await open(folder(), name);
      else documents.openOrReveal(path);
    };
    const panel = new StudyPanel(
      { contents, folder, openNotebook: (name, study) => void openNotebook(name, study) },
      translation,
    );
    app.shell.add(panel, "left", { rank: 600, type: "histobook" });
    restorer?.add(panel, panel.id);
    browser?.model.pathChanged.connect(() => void panel.refresh());
    // A cell may have done a step.
    NotebookActions.executed.connect(() => void panel.refresh());
  },
};
