import type { INotebookContent } from "@jupyterlab/nbformat";
import databases from "../../../notebooks/3-databases.ipynb";
import output from "../../../notebooks/5-output.ipynb";
import patches from "../../../notebooks/1-patch-extraction.ipynb";
import folds from "../../../notebooks/2-cross-validation.ipynb";
import start from "../../../notebooks/0-start-here.ipynb";
import training from "../../../notebooks/4-training.ipynb";
import type { TutorialNotebook } from "./tutorialNotebooks.js";

/** The notebooks themselves; a chunk of its own, loaded when the tutorial is first opened. */
export const notebooks: { readonly [name in TutorialNotebook]: INotebookContent } = {
  "0-start-here.ipynb": start,
  "1-patch-extraction.ipynb": patches,
  "2-cross-validation.ipynb": folds,
  "3-databases.ipynb": databases,
  "4-training.ipynb": training,
  "5-output.ipynb": output,
};
