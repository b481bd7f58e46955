/** A notebook of the repository, as the builder bundles it. */
declare module "*.ipynb" {
  import type { INotebookContent } from "@jupyterlab/nbformat";

  const notebook: INotebookContent;
  export default notebook;
}
