/** Milliseconds between two looks at who this process' parent is. */
const pause = 1000;

/**
 * Calls back once the Jupyter server that has started this kernel is gone, whatever ended it: nobody can reach the kernel any
 * more, and its memory would be taken until the machine is started anew.
 *
 * Jupyter sets JPY_PARENT_PID for kernels that belong to its process; others are meant to outlive whoever starts them.
 */
export function watchParent(gone: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env.JPY_PARENT_PID === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    // A process without its parent is given to another one.
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, pause);
  timer.unref();
}
