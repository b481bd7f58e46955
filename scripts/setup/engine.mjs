// Step: a native TensorFlow.js engine. It is some thirty times faster at training than the WebAssembly engine, which
// needs no set-up: so a failure here is told with its reason and does not stop the set-up.
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./child.mjs";
import { compileEngine, reasonAgainstCompiling } from "./engine-compile.mjs";
import { downloadEngine, reasonAgainstDownload } from "./engine-download.mjs";
import { enginePackage, tryEngine } from "./engine-package.mjs";
import { fingerprintOf } from "./fingerprint.mjs";
import { tensorflow } from "./pins.mjs";
import { isDone, markDone, markStarted, readStamp, wasInterrupted } from "./stamps.mjs";
import { findTensorflow } from "./tensorflow-library.mjs";

const onCpu = "@tensorflow/tfjs-node";
const onGpu = "@tensorflow/tfjs-node-gpu";

/** Whether this machine has an NVIDIA GPU with its driver (only Linux has a TensorFlow that uses it). */
export const hasGpu = () => process.platform === "linux" && /^GPU \d/m.test(ask("nvidia-smi", ["-L"]) ?? "");

/** Whether what the last set-up built is still there, library and all, without the second that loading takes. */
function isInPlace(name) {
  const engine = enginePackage(name);
  if (!engine.isInstalled || !existsSync(engine.addon())) return false;
  try {
    return ["libtensorflow.so", "libtensorflow.so.2", "libtensorflow.dylib", "tensorflow.dll"].some(
      (library) => existsSync(join(engine.library, library)) && realpathSync(join(engine.library, library)),
    );
  } catch {
    return false;
  }
}

/** Tries every route to one package, the cheapest first. */
async function provide(name, environment, step, { interrupted }) {
  const engine = enginePackage(name);
  const withGpu = name === onGpu;
  const suits = (outcome) => outcome.ok && (!withGpu || outcome.usesGpu);
  const reasons = [];
  if (!engine.isInstalled) return { reasons: ["it is not in node_modules"] };
  const asFound = interrupted ? { ok: false } : tryEngine(engine);
  if (suits(asFound)) return asFound;

  // The ready GPU addon wants CUDA 11 of the system; pip's TensorFlow brings the CUDA that it wants.
  const against = withGpu ? "its own download needs CUDA 11" : await reasonAgainstDownload();
  if (!against) step.working("downloading TensorFlow's C library");
  const download = against ?? (await downloadEngine(engine));
  const downloaded = download ? undefined : tryEngine(engine);
  if (downloaded && suits(downloaded)) return downloaded;
  reasons.push(download ?? `what it downloaded does not run: ${downloaded.reason}`);

  const obstacle = reasonAgainstCompiling();
  if (obstacle) return { reasons: [...reasons, obstacle] };
  const size = withGpu ? "3 GB" : "270 MB";
  const onDownload = () => step.working(`downloading TensorFlow ${tensorflow} with pip, ${size}`);
  const { folder, reason } = await findTensorflow(environment, { withGpu, onDownload });
  if (!folder) return { reasons: [...reasons, reason] };
  step.working("compiling TensorFlow's addon for Node");
  const complaint = await compileEngine(engine, folder);
  const compiled = complaint ? { ok: false, reason: complaint } : tryEngine(engine);
  if (suits(compiled)) return compiled;
  return { reasons: [...reasons, compiled.reason ?? "TensorFlow runs but finds no GPU that it can use"] };
}

const sentence = ({ name, tensorflow: version, usesGpu }) =>
  `${name} runs with TensorFlow ${version} on the ${usesGpu ? "GPU" : "CPU"}`;

/** @param {{retry?: boolean}} options retry: try again what failed last time */
export async function provideEngine(step, environment, { retry = false } = {}) {
  const gpu = hasGpu();
  const major = process.versions.node.split(".")[0];
  const fingerprint = fingerprintOf(tensorflow, gpu, major, process.arch, enginePackage(onCpu).isInstalled);
  const stamp = readStamp("engine");
  if (isDone("engine", fingerprint) && !retry) {
    if (stamp.name && isInPlace(stamp.name)) return step.done(sentence(stamp));
    if (!stamp.name)
      return step.done(`WebAssembly, the slower engine: ${stamp.reason} (npm run setup -- --retry)`);
  }
  step.working("looking for a native engine");
  const interrupted = wasInterrupted("engine");
  markStarted("engine");
  const reasons = [];
  for (const name of gpu ? [onGpu, onCpu] : [onCpu]) {
    const outcome = await provide(name, environment, step, { interrupted });
    if (outcome.ok) {
      for (const reason of reasons) step.note(reason);
      const found = { name, tensorflow: outcome.tensorflow, usesGpu: outcome.usesGpu };
      markDone("engine", fingerprint, found);
      return step.done(sentence(found));
    }
    reasons.push(`${name}: ${outcome.reasons.join("; ")}`);
  }
  const reason = reasons.join(". ");
  markDone("engine", fingerprint, { reason });
  return step.done(`WebAssembly, which is slower (no native engine: ${reason})`);
}
