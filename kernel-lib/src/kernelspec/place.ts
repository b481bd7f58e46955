import { resolve } from "node:path";
import { HistobookError } from "../foundation/index.js";
import { activePrefix, dataFolderOf, userDataFolder, type System } from "./folders.js";

/** Where to install; at most one of them. None: the active Python environment, else the user's folder. */
export interface PlaceOptions {
  /** For this user, whichever Python runs Jupyter. */
  user?: boolean;
  /** For the active virtual or conda environment. */
  sysPrefix?: boolean;
  /** For the environment in this folder. */
  prefix?: string;
}

/** A data folder of Jupyter, and the options that name it. */
export interface Place {
  dataFolder: string;
  options: string;
}

/**
 * The data folder that these options name.
 *
 * @throws HistobookError `BadOption` when two are given, or when no environment is active for `sysPrefix`.
 * @example
 * const system = { env: { CONDA_PREFIX: "/opt/conda" }, platform: "linux", home: "/home/ada" };
 * choosePlace({}, system).dataFolder; // => "/opt/conda/share/jupyter"
 * choosePlace({ user: true }, system).dataFolder; // => "/home/ada/.local/share/jupyter"
 */
export function choosePlace(options: PlaceOptions, system: System): Place {
  const given = [
    options.user && "--user",
    options.sysPrefix && "--sys-prefix",
    options.prefix !== undefined && "--prefix",
  ].filter((name) => typeof name === "string");
  if (given.length > 1) {
    throw new HistobookError("BadOption", {
      subject: "histobook kernel",
      found: given.join(" and "),
      expected: "one of --user, --sys-prefix and --prefix",
      fix: "leave the others out",
    });
  }
  if (options.prefix !== undefined) return ofPrefix(resolve(options.prefix));
  const active = options.user ? undefined : activePrefix(system.env);
  if (active !== undefined) return ofPrefix(active);
  if (options.sysPrefix) {
    throw new HistobookError("BadOption", {
      subject: "--sys-prefix",
      found: "no active Python environment (neither VIRTUAL_ENV nor CONDA_PREFIX is set)",
      expected: "the environment that JupyterLab runs in",
      fix: "activate it first, or give its folder as --prefix, or install with --user",
    });
  }
  return { dataFolder: userDataFolder(system), options: "--user" };
}

function ofPrefix(prefix: string): Place {
  return { dataFolder: dataFolderOf(prefix), options: `--prefix ${prefix}` };
}
