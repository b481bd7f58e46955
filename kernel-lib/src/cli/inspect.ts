import type { Command } from "commander";
import { inspectFile, type InspectOptions } from "../inspect/index.js";
import { newCommand, perform, toNumber } from "./command.js";

/** `histobook inspect FILE` */
export function inspectCommand(): Command {
  return newCommand("inspect", "print what a .caffemodel, .binaryproto, .prototxt, LevelDB or manifest holds")
    .argument("<file>", "the file, database folder or study folder")
    .option("--picture <file>", "write a mean image as a PNG picture")
    .option("--size <pixels>", "side of a network's input, where its prototxt has no crop_size", toNumber)
    .action((file: string, options: InspectOptions & { json?: boolean }) =>
      perform(options, async ({ report }) => {
        const { kind, data, lines, warnings } = await inspectFile(file, options);
        for (const message of warnings) report({ event: "warning", step: "inspect", message });
        const hints =
          kind === "mean image" && options.picture === undefined ? ["Add --picture mean.png to see it."] : [];
        return { data: { file, kind, ...data, warnings }, lines: [...lines, ...hints] };
      }),
    );
}
