import type { Contents } from "@jupyterlab/services";

/** What stands in a folder of Jupyter's, and when the folder was changed last. */
export async function listFolder(
  contents: Contents.IManager,
  path: string,
): Promise<{ changed: string; entries: Contents.IModel[] }> {
  const folder = await contents.get(path, { type: "directory", content: true });
  return { changed: folder.last_modified, entries: folder.content as Contents.IModel[] };
}

/** The names in a folder. */
export async function namesIn(contents: Contents.IManager, path: string): Promise<Set<string>> {
  const { entries } = await listFolder(contents, path);
  return new Set(entries.map(({ name }) => name));
}
