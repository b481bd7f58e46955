import type { Command } from "commander";
import { HistobookError } from "../foundation/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook fetch DIR`: named here so that it says plainly that it is not there yet. */
export function fetchCommand(): Command {
  return newCommand("fetch", "download the tutorial's own data set (comes in a later version)")
    .argument("<directory>", "a new folder")
    .action((directory: string, options: { json?: boolean }) =>
      perform(options, () =>
        Promise.reject(
          new HistobookError("Unsupported", {
            subject: "fetch",
            found: "a command of a later version",
            expected: "the data set to be downloaded by hand for now",
            fix: `put its images and masks into ${directory}/images, or start with 'histobook sample ${directory}'`,
          }),
        ),
      ),
    );
}
