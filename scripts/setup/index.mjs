// The set-up as a whole: seven steps, each of which does nothing where its product is there already.
import { buildLibrary } from "./library.mjs";
import { endChildren } from "./child.mjs";
import { installDependencies } from "./dependencies.mjs";
import { provideEngine } from "./engine.mjs";
import { installExtension } from "./extension.mjs";
import { installKernelspec } from "./kernelspec.mjs";
import { withLock } from "./lock.mjs";
import { progressLines } from "./progress.mjs";
import { installPythonPackages } from "./python-packages.mjs";

/** Ends what the set-up has running when the reader interrupts it; the next set-up goes on from there. */
function endOnSignal() {
  const onSignal = (signal) => {
    endChildren();
    process.stderr.write("\nThe set-up was interrupted; run the same command again to go on.\n");
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
}

/**
 * Sets everything up, or finds it set up.
 *
 * @param {{retry?: boolean}} options retry: try the native engine again where it failed last time
 * @returns the Python environment (of python-environment.mjs)
 * @throws SetupFailure
 */
export async function setUp({ retry = false } = {}) {
  const noLongerEnd = endOnSignal();
  try {
    return await withLock(async () => {
      const lines = progressLines(7);
      const next = async (name, work) => {
        const step = lines.step(name);
        try {
          return await work(step);
        } finally {
          step.stop();
        }
      };
      await next("Node", (step) => step.done(`${process.versions.node} is recent enough`));
      await next("packages", installDependencies);
      await next("library", buildLibrary);
      const environment = await next("Python", installPythonPackages);
      await next("engine", (step) => provideEngine(step, environment, { retry }));
      await next("kernel", (step) => installKernelspec(step, environment));
      await next("extension", (step) => installExtension(step, environment));
      return environment;
    });
  } finally {
    noLongerEnd();
  }
}
