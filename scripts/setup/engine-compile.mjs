// The second route to a native engine: compiles the package's C++ addon against the C library of pip's TensorFlow.
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { onPath } from "../browser.mjs";
import { run } from "./child.mjs";
import { modules } from "./paths.mjs";
import { libraryNames } from "./tensorflow-library.mjs";

/** A C++ compiler's path, or undefined. */
export const findCompiler = (env = process.env) => env.CXX ?? onPath(["c++", "g++", "clang++"], env.PATH);

/** Why this system cannot compile the addon, or undefined. */
export function reasonAgainstCompiling(env = process.env) {
  if (!libraryNames()) return "pip's TensorFlow for Windows has no C library to build against";
  if (!findCompiler(env)) {
    const install = process.platform === "darwin" ? "xcode-select --install" : "apt-get install g++";
    return `there is no C++ compiler to build it with (run: ${install})`;
  }
  return undefined;
}

/** The layout in which the addon looks for its library: deps/include, deps/lib, and deps/nvidia for CUDA's. */
function linkLibrary(engine, tensorflow) {
  const { main, framework } = libraryNames();
  const deps = dirname(engine.library);
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(engine.library, { recursive: true });
  // Relative, so that a repository may be moved; from the real folder, since a link counts from there.
  const link = (target, path) =>
    symlinkSync(relative(realpathSync(dirname(path)), realpathSync(target)), path);
  link(join(tensorflow, "include"), join(deps, "include"));
  for (const name of [main, framework]) link(join(tensorflow, name), join(engine.library, name));
  const extension = process.platform === "darwin" ? ".dylib" : ".so";
  symlinkSync(main, join(engine.library, `libtensorflow${extension}`));
  symlinkSync(framework, join(engine.library, `libtensorflow_framework${extension}`));
  // The library of the GPU's package looks for CUDA's at ../nvidia, seen from the link and not from its target.
  const cuda = join(dirname(tensorflow), "nvidia");
  if (existsSync(cuda)) link(cuda, join(deps, "nvidia"));
}

/**
 * Builds `engine` (of engine-package.mjs) against the folder `tensorflow`.
 *
 * @returns the reason why it failed, or undefined
 */
export async function compileEngine(engine, tensorflow) {
  linkLibrary(engine, tensorflow);
  const addon = engine.addon();
  const unfinished = `${addon}.new`;
  mkdirSync(dirname(addon), { recursive: true });
  rmSync(addon, { force: true });
  const onMac = process.platform === "darwin";
  const napi = /napi-v(\d+)/.exec(addon)?.[1] ?? "8";
  const result = await run("engine", findCompiler(), [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", `-DNAPI_VERSION=${napi}`, "-DBUILDING_NODE_EXTENSION"],
    ...["-I", join(modules, "node-api-headers", "include")],
    ...["-I", engine.folder, "-I", join(dirname(engine.library), "include")],
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(engine.folder, "binding", name)),
    ...["-o", unfinished, "-L", engine.library, "-ltensorflow", "-ltensorflow_framework"],
    // Node itself has the functions of its interface; only macOS wants to be told that they come later.
    ...(onMac ? ["-undefined", "dynamic_lookup"] : []),
    `-Wl,-rpath,${onMac ? "@loader_path" : "$ORIGIN"}/../../deps/lib`,
  ]);
  if (!result.ok) {
    const error = result.tail.split("\n").find((line) => /error/i.test(line));
    return `its compilation failed (${error?.trim() ?? "see .histobook/logs/engine.log"})`;
  }
  renameSync(unfinished, addon);
  return undefined;
}
