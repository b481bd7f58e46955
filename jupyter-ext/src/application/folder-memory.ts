import type { Contents } from "@jupyterlab/services";
import { listFolder } from "../folder.js";

/** What was seen of a path, and when it was changed last at that time. */
interface Seen<Value> {
  changed: string;
  value: Value;
}

/** A server spends as long on one more question as on so many more entries of a list. */
const entriesOfAQuestion = 10;

/**
 * Folders and files as they were read before: who asks again waits only for those that have changed since.
 *
 * A server takes long to list thousands of files, but says of each entry of a list when it was changed: one short list tells which
 * of the long ones are to be read again. histobook puts files in place whole, by a new name, which changes their folder; a file that
 * grows in place is seen with its former size until another one comes.
 */
export class FolderMemory {
  private readonly folders = new Map<string, Seen<Contents.IModel[]>>();
  private readonly files = new Map<string, Seen<unknown>>();

  constructor(private readonly contents: Contents.IManager) {}

  /** What stands in a folder, its own folders with the time of their last change as it is now. */
  async list(path: string): Promise<Contents.IModel[]> {
    const seen = this.folders.get(path);
    const inside = seen?.value.filter(isFolder) ?? [];
    if (!seen || seen.value.length <= entriesOfAQuestion * (inside.length + 1)) return this.read(path);
    const [own, ...now] = await Promise.all(
      [path, ...inside.map((folder) => folder.path)].map((one) =>
        this.contents.get(one, { content: false }).catch(() => undefined),
      ),
    );
    if (own?.last_modified !== seen.changed) return this.read(path);
    const newest = new Map(now.flatMap((folder) => (folder ? [[folder.path, folder]] : [])));
    return seen.value.map((entry) => newest.get(entry.path) ?? entry);
  }

  /** What stands in a folder that `list` has just told of; what is in its own folders may have changed. */
  async below({ path, last_modified: changed }: Contents.IModel): Promise<Contents.IModel[]> {
    const seen = this.folders.get(path);
    return seen?.changed === changed ? seen.value : this.read(path);
  }

  /** What is made of the text of a file that `list` has just told of. */
  async file<Value>(
    { path, last_modified: changed }: Contents.IModel,
    make: (text: string) => Value,
  ): Promise<Value> {
    const seen = this.files.get(path) as Seen<Value> | undefined;
    if (seen?.changed === changed) return seen.value;
    const text = await this.contents.get(path, { type: "file", format: "text", content: true });
    const value = make(String(text.content));
    this.files.set(path, { changed, value });
    return value;
  }

  private async read(path: string): Promise<Contents.IModel[]> {
    const { changed, entries } = await listFolder(this.contents, path);
    this.folders.set(path, { changed, value: entries });
    return entries;
  }
}

/** Whether an entry is a folder. */
export function isFolder({ type }: Contents.IModel): boolean {
  return type === "directory";
}
