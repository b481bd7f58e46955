import { PathExt } from "@jupyterlab/coreutils";
import type { INotebookContent } from "@jupyterlab/nbformat";
import type { Contents, KernelSpec } from "@jupyterlab/services";
import { namesIn } from "../folder.js";
import { tutorialNotebooks } from "./tutorialNotebooks.js";

/** The folder that the notebooks are copied into, inside the one that the user is in. */
export const tutorialFolder = "epithelium-tutorial";

/** The kernel that the copies ask for, where it is installed. */
const kernelName = "histobook";

/** Puts the tutorial's notebooks into a folder; what is there already, changed or not, stays as it is. */
export async function copyTutorial(
  contents: Contents.IManager,
  parent: string,
  kernels: KernelSpec.ISpecModels | null,
): Promise<string> {
  const folder = PathExt.join(parent, tutorialFolder);
  if (!(await exists(contents, folder))) await contents.save(folder, { type: "directory" });
  const present = await namesIn(contents, folder);
  const { notebooks } = await import("./notebooks.js");
  for (const name of tutorialNotebooks) {
    if (present.has(name)) continue;
    const content = forKernel(notebooks[name], kernels?.kernelspecs[kernelName]);
    await contents.save(PathExt.join(folder, name), { type: "notebook", format: "json", content });
  }
  return folder;
}

async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  return contents.get(path, { content: false }).then(
    () => true,
    () => false,
  );
}

/** The notebook, asking for our own kernel where there is one: stock tslab needs the library beside the notebook. */
function forKernel(notebook: INotebookContent, kernel: KernelSpec.ISpecModel | undefined): INotebookContent {
  if (!kernel) return notebook;
  const { name, display_name } = kernel;
  return { ...notebook, metadata: { ...notebook.metadata, kernelspec: { name, display_name } } };
}
