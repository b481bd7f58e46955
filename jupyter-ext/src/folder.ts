import type { Contents } from "@jupyterlab/services";

/** What stands in a folder of Jupyter's. */
export async function listFolder(contents: Contents.IManager, path: string): Promise<Contents.IModel[]> {
  const folder = await contents.get(path, { type: "directory", content: true });
  return folder.content as Contents.IModel[];
}

/** The names in a folder. */
export async function namesIn(contents: Contents.IManager, path: string): Promise<Set<string>> {
  return new Set((await listFolder(contents, path)).map(({ name }) => name));
}
