/** What a process of `npm run bench -- long` holds at a moment. */
import { readdirSync, readFileSync } from "node:fs";

/** Resident bytes, threads and open files of any process. */
export function heldBy(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    resident: 1024 * Number(/VmRSS:\s*(\d+)/.exec(status)[1]),
    threads: Number(/Threads:\s*(\d+)/.exec(status)[1]),
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** The same of this process, with all that JavaScript knows of, after its garbage was collected. */
export function heldHere(tf) {
  // The second time frees what the first one's finalizers have let go.
  for (let i = 0; i < 2; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  // Those of the moment come and go.
  const passing = ["Immediate", "Timeout"];
  const resources = process.getActiveResourcesInfo().filter((name) => !passing.includes(name));
  return {
    ...heldBy("self"),
    heap: heapUsed + external,
    resources: resources.length,
    tensors: tf.memory().numTensors,
  };
}

export const say = (line) => console.log(JSON.stringify(line));
