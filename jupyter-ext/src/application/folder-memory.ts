import type { Contents } from "@jupyterlab/services";
import { listFolder } from "../folder.js";

/** What was seen of a path, and when it was changed last at that time. */
interface Seen<Value> {
  changed: string;
  value: Value;
}

/**
 * Folders and files as they were read before: who asks again waits only for those that have changed since.
 *
 * A server takes long to list thousands of files, but says at once when a folder was changed. histobook puts files in place whole, by
 * a new name, which changes their folder; a file that grows in place is seen with its former size until another one comes.
 */
export class FolderMemory {
  private readonly folders = new Map<string, Seen<Contents.IModel[]>>();
  private readonly texts = new Map<string, Seen<string>>();

  constructor(private readonly contents: Contents.IManager) {}

  /** What stands in a folder. */
  list(path: string): Promise<Contents.IModel[]> {
    return this.recall(this.folders, path, () => listFolder(this.contents, path));
  }

  /** A text file's content. */
  text(path: string): Promise<string> {
    return this.recall(this.texts, path, async () => {
      const file = await this.contents.get(path, { type: "file", format: "text", content: true });
      return String(file.content);
    });
  }

  private async recall<Value>(
    memory: Map<string, Seen<Value>>,
    path: string,
    read: () => Promise<Value>,
  ): Promise<Value> {
    const { last_modified: changed } = await this.contents.get(path, { content: false });
    const seen = memory.get(path);
    if (seen?.changed === changed) return seen.value;
    const value = await read();
    memory.set(path, { changed, value });
    return value;
  }
}
