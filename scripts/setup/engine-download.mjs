// The first route to a native engine: the package's own install script, which fetches TensorFlow 2.9.1's C library
// and a ready addon from Google's storage.
import { delimiter, join } from "node:path";
import { run } from "./child.mjs";
import { modules } from "./paths.mjs";

const storage = "https://storage.googleapis.com/";
const limit = 300;

async function canReach(address) {
  try {
    await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(8000) });
    return true;
  } catch {
    return false;
  }
}

/** Whether the download is worth a try with this Node; the reason why not, or undefined. */
export async function reasonAgainstDownload(env = process.env) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 23) return `its own download is not made for Node ${major}`;
  const goesElsewhere =
    env.HTTPS_PROXY || env.https_proxy || env.TFJS_NODE_BASE_URI || env.TFJS_NODE_CDN_STORAGE;
  if (!goesElsewhere && !(await canReach(storage)))
    return `its own download's address (${storage}) cannot be reached`;
  return undefined;
}

/** @returns the reason why it failed, or undefined */
export async function downloadEngine(engine) {
  const kind = engine.name.endsWith("-gpu") ? ["gpu", "download"] : ["cpu", "download"];
  const PATH = [join(modules, ".bin"), process.env.PATH].join(delimiter);
  const result = await run("engine", process.execPath, [join("scripts", "install.js"), ...kind], {
    cwd: engine.folder,
    env: { ...process.env, PATH },
    limit,
  });
  if (result.ok) return undefined;
  return result.timedOut ? `its own download took more than ${limit} s` : "its own download failed";
}
