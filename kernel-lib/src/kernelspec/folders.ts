/** Where Jupyter looks for kernels: the rules of jupyter_core's paths.py, for Linux, macOS and Windows. */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** What the rules depend on. */
export interface System {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** The user's home. */
  home: string;
}

/** This process' own system. */
export function thisSystem(): System {
  return { env: process.env, platform: process.platform, home: homedir() };
}

/**
 * Jupyter's data folder of the user.
 *
 * @example
 * userDataFolder({ env: {}, platform: "linux", home: "/home/ada" }); // => "/home/ada/.local/share/jupyter"
 * userDataFolder({ env: {}, platform: "darwin", home: "/Users/ada" }); // => "/Users/ada/Library/Jupyter"
 * userDataFolder({ env: { JUPYTER_DATA_DIR: "/data" }, platform: "linux", home: "/home/ada" }); // => "/data"
 */
export function userDataFolder({ env, platform, home }: System): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const usesPlatformFolders = isSet(env.JUPYTER_PLATFORM_DIRS);
  if (platform === "darwin") {
    return usesPlatformFolders
      ? join(home, "Library", "Application Support", "jupyter")
      : join(home, "Library", "Jupyter");
  }
  if (platform === "win32") {
    if (usesPlatformFolders) return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "jupyter");
    if (env.APPDATA) return join(env.APPDATA, "jupyter");
    return join(env.JUPYTER_CONFIG_DIR ?? join(home, ".jupyter"), "data");
  }
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "jupyter");
}

/**
 * The data folder of a Python environment.
 *
 * @example
 * dataFolderOf("/opt/venv"); // => "/opt/venv/share/jupyter"
 */
export function dataFolderOf(prefix: string): string {
  return join(prefix, "share", "jupyter");
}

/**
 * The folder of the active Python environment; undefined where none is active.
 *
 * @example
 * activePrefix({ VIRTUAL_ENV: "/opt/venv" }); // => "/opt/venv"
 */
export function activePrefix(env: NodeJS.ProcessEnv): string | undefined {
  return env.VIRTUAL_ENV || env.CONDA_PREFIX || env.NB_PYTHON_PREFIX || undefined;
}

/** The data folders in which Jupyter looks, whatever their order; `more` are looked in too. */
export function dataFolders(system: System, more: string[] = []): string[] {
  const { env, platform } = system;
  const prefix = activePrefix(env);
  const everyones = platform === "win32" ? [] : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  return [
    ...new Set([
      ...(env.JUPYTER_PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
      userDataFolder(system),
      ...(prefix === undefined ? [] : [dataFolderOf(prefix)]),
      ...more,
      ...everyones,
    ]),
  ];
}

/** Jupyter's own reading of a switch in the environment. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && !["no", "n", "false", "off", "0", "0.0"].includes(value.toLowerCase());
}
