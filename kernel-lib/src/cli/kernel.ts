import { Command } from "commander";
import { installKernel, uninstallKernel, type Installed, type PlaceOptions } from "../kernelspec/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook kernel install` and `histobook kernel uninstall` */
export function kernelCommand(): Command {
  const kernel = new Command("kernel").description("Jupyter's kernel 'TypeScript (histobook)'");
  const commands = [
    placed("install", "tell Jupyter about the kernel of this installation", installKernel, installedLine),
    placed("uninstall", "take the kernel out of Jupyter again", uninstallKernel, uninstalledLine),
  ];
  for (const command of commands) kernel.addCommand(command.exitOverride());
  return kernel;
}

function placed(
  name: string,
  description: string,
  work: (options: PlaceOptions) => Installed,
  line: (done: Installed) => string,
): Command {
  return newCommand(name, `${description} (where: the active Python environment, else --user)`)
    .option("--user", "for this user, whichever Python runs Jupyter")
    .option("--sys-prefix", "for the active virtual or conda environment")
    .option("--prefix <directory>", "for the Python environment in this folder")
    .action((options: PlaceOptions & { json?: boolean }) =>
      perform(options, () => {
        const done = work(options);
        return Promise.resolve({ data: { ...done }, lines: [line(done)] });
      }),
    );
}

function installedLine({ folder, changed }: Installed): string {
  const what = changed
    ? "The kernel 'TypeScript (histobook)' is installed in"
    : "The kernel was there already, in";
  return `${what} ${folder}.`;
}

function uninstalledLine({ folder, changed }: Installed): string {
  return changed
    ? `Removed ${folder}.`
    : `No kernel in ${folder}; 'histobook doctor' says where there is one.`;
}
