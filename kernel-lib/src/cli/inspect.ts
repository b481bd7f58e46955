import type { Command } from "commander";
import { inspectFile } from "../inspect/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook inspect FILE` */
export function inspectCommand(): Command {
  return newCommand("inspect", "print what a .caffemodel, .binaryproto, .prototxt, LevelDB or manifest holds")
    .argument("<file>", "the file, database folder or study folder")
    .action((file: string, options: { json?: boolean }) =>
      perform(options, async () => {
        const { kind, data, lines } = await inspectFile(file);
        return { data: { file, kind, ...data }, lines };
      }),
    );
}
