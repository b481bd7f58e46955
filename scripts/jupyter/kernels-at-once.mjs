// Many kernels in one Jupyter server, one of them interrupted and one restarted: does any of them harm another?
import { processTrees, proportionalBytes } from "./memory.mjs";
import { startServer } from "./plain-server.mjs";

const cellsEach = 20;

/**
 * Starts kernels at once, lets them compute, interrupts one in an endless loop and restarts one meanwhile.
 *
 * @param programs the Python environment that has Jupyter
 * @param folder for the server's files
 * @param count how many kernels; three at least
 * @returns seconds until each had run a cell, how many were harmed, the milliseconds of the others' cells in their order, and the memory
 *   of server and kernels together
 */
export async function kernelsAtOnce(programs, folder, count) {
  const service = await startServer(programs, folder);
  try {
    const begin = performance.now();
    const started = Array.from({ length: count }, async (_, i) => {
      const kernel = await service.server.startKernel(`notebook${i}.ipynb`, "histobook");
      await valueOf(kernel, `let mine = ${i}; mine`);
      return kernel;
    });
    const kernels = await Promise.all(started);
    const startSeconds = (performance.now() - begin) / 1000;
    const [caught, restarted, ...others] = kernels;
    const loop = caught.execute("for (;;) {}");
    const work = Promise.all(others.map((kernel) => countUp(kernel)));
    await caught.interrupt();
    const { reply } = await loop;
    await restarted.restart();
    const milliseconds = (await work).flat().sort((one, other) => one - other);
    const good = [
      reply.ename === "Interrupted" && (await valueOf(caught, "mine")) === "0",
      (await valueOf(restarted, "typeof (globalThis as { mine?: number }).mine")) === "'undefined'",
      ...(await Promise.all(
        others.map(async (kernel, i) => (await valueOf(kernel, "mine")) === String(i + 2 + cellsEach)),
      )),
    ];
    const [tree] = processTrees([service.pid]);
    const bytes = tree.reduce((sum, pid) => sum + proportionalBytes(pid), 0);
    for (const kernel of kernels) kernel.close();
    return { startSeconds, lost: good.filter((one) => !one).length, milliseconds, bytes };
  } finally {
    await service.stop();
  }
}

/** Runs cells that count up, and gives each one's milliseconds. */
async function countUp(kernel) {
  const milliseconds = [];
  for (let cell = 0; cell < cellsEach; cell++) {
    const begin = performance.now();
    await valueOf(kernel, "mine += 1; mine");
    milliseconds.push(performance.now() - begin);
  }
  return milliseconds;
}

/** The text of a cell's result. */
async function valueOf(kernel, code) {
  const { published } = await kernel.execute(code);
  return published.find(({ type }) => type === "execute_result")?.content.data["text/plain"];
}
