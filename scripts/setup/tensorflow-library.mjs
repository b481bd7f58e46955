// TensorFlow's C library and headers, as pip's packages hold them: the Python environment's, where it has TensorFlow,
// else a copy in the set-up's own folder, so that no package without its dependencies lands in an environment.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ask, run } from "./child.mjs";
import { ownFolder } from "./paths.mjs";
import { pipComplaint } from "./python-packages.mjs";
import { tensorflow as version } from "./pins.mjs";
import { environmentVariables } from "./python-environment.mjs";

const suffixes = { linux: (name) => `lib${name}.so.2`, darwin: (name) => `lib${name}.2.dylib` };

/** The file names of the C library and the framework library that it needs, or undefined (Windows has neither). */
export function libraryNames(platform = process.platform) {
  const name = suffixes[platform];
  return name && { main: name("tensorflow_cc"), framework: name("tensorflow_framework") };
}

/** Whether a folder "tensorflow" of site-packages has all that an addon is built from. */
function isComplete(folder) {
  const { main, framework } = libraryNames();
  return [main, framework, join("include", "tensorflow", "c", "c_api.h")].every((part) =>
    existsSync(join(folder, part)),
  );
}

/** Finds the environment's TensorFlow without importing it, which would take seconds. */
function inEnvironment({ python }) {
  const program =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0])";
  const folder = ask(python, ["-c", program]);
  return folder && isComplete(folder) ? folder : undefined;
}

/** What to ask pip for: the wheel for CPUs exists for Linux on x64 only, the others are called tensorflow. */
export function requirement(withGpu, platform = process.platform, arch = process.arch) {
  if (withGpu) return `tensorflow[and-cuda]==${version}`;
  return platform === "linux" && arch === "x64" ? `tensorflow-cpu==${version}` : `tensorflow==${version}`;
}

/**
 * A folder with libtensorflow_cc and include/, downloaded where there is none.
 *
 * @returns {Promise<{folder: string} | {reason: string}>}
 */
export async function findTensorflow(environment, { withGpu, onDownload }) {
  const present = withGpu ? undefined : inEnvironment(environment);
  if (present) return { folder: present };
  const place = join(ownFolder, `tensorflow-${version}${withGpu ? "-gpu" : ""}`);
  if (existsSync(place) && isComplete(join(place, "tensorflow")))
    return { folder: join(place, "tensorflow") };
  onDownload();
  const unfinished = `${place}.new`;
  for (const folder of [place, unfinished]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // The CUDA libraries are dependencies of the GPU's package; of the CPU's only its own files are needed.
  const dependencies = withGpu ? [] : ["--no-deps"];
  const pip = [
    "-m",
    "pip",
    "install",
    "--no-input",
    "--disable-pip-version-check",
    "--no-compile",
    "--only-binary=:all:",
  ];
  const result = await run(
    "engine",
    environment.python,
    [...pip, ...dependencies, "--target", unfinished, requirement(withGpu)],
    { env: environmentVariables(environment) },
  );
  if (!result.ok) return { reason: `pip install ${requirement(withGpu)}: ${pipComplaint(result.tail)}` };
  if (!isComplete(join(unfinished, "tensorflow")))
    return { reason: `${requirement(withGpu)} has no C library for this system` };
  renameSync(unfinished, place);
  return { folder: join(place, "tensorflow") };
}
