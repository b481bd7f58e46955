/**
 * Our kernel beside stock tslab, Deno's and ipykernel, each started anew in every round and asked over ZeroMQ by
 * jupyter_client: time to ready, to the first cell, for a cell, for the library's first import, and idle memory.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { contestants } from "./kernel-contestants.mjs";
import { peerPython } from "./peers.mjs";
import { rounded } from "./timing.mjs";

export const title = "The kernel";

const rounds = 5;

/** What is measured, in the table's order. */
const measures = [
  { name: "ready", unit: "s", label: "start to ready, s" },
  { name: "firstCell", unit: "s", label: "start to the first cell's end, s" },
  { name: "cell", unit: "s", label: "a simple cell, s" },
  { name: "import", unit: "s", label: 'first import from "histobook", s' },
  { name: "idleBytes", unit: "bytes", label: "idle memory of all its processes, MiB" },
];

export async function rows(log) {
  const python = peerPython({ ipykernel: "ipykernel", jupyter_client: "jupyter_client" }, log);
  // A notebook's folder: stock tslab finds the library in the node_modules beside it.
  const folder = mkdtempSync(join(tmpdir(), "histobook-bench-"));
  symlinkSync(join(import.meta.dirname, "..", "node_modules"), join(folder, "node_modules"), "dir");
  try {
    const kernels = contestants(python, log);
    const best = Object.fromEntries(kernels.map(({ name }) => [name, {}]));
    for (let round = 1; round <= rounds; round++) {
      for (const kernel of kernels) {
        const measured = await measure(python, kernel, folder);
        log(`kernel: round ${round}, ${kernel.label}: ${JSON.stringify(measured)}`);
        keepBest(best[kernel.name], measured);
      }
    }
    const [own, ...peers] = kernels;
    return peers.flatMap((peer) => compared(best[own.name], peer, best[peer.name]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(python, { argv, interruptMode, importCode }, folder) {
  const task = JSON.stringify({ argv, interruptMode, folder, importCode });
  const program = join(import.meta.dirname, "kernel_client.py");
  const { stdout } = await promisify(execFile)(python, [program, task], { timeout: 300_000 });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

function keepBest(best, measured) {
  for (const [name, value] of Object.entries(measured))
    if (value !== null) best[name] = Math.min(best[name] ?? Infinity, value);
}

function compared(ours, peer, theirs) {
  return measures.map(({ name, unit }) => ({
    name,
    peer: peer.name,
    peerLabel: peer.label,
    unit,
    ours: rounded(ours[name]),
    // Not every peer can do all: the library is ours.
    theirs: theirs[name] === undefined ? null : rounded(theirs[name]),
    ratio: theirs[name] === undefined ? null : rounded(theirs[name] / ours[name]),
  }));
}

export function table(rows) {
  const peers = [...new Map(rows.map(({ peer, peerLabel }) => [peer, peerLabel]))];
  const of = (name, peer) => rows.find((row) => row.name === name && row.peer === peer);
  const show = (value, unit) =>
    value === null ? "-" : unit === "bytes" ? Math.round(value / 2 ** 20) : value;
  const lines = measures.map(({ name, unit, label }) => {
    const cells = peers.map(([peer]) => show(of(name, peer).theirs, unit));
    return `| ${label} | ${[show(of(name, peers[0][0]).ours, unit), ...cells].join(" | ")} |`;
  });
  return [
    `| measure | histobook | ${peers.map(([, label]) => label).join(" | ")} |`,
    `| --- | ---: |${" ---: |".repeat(peers.length)}`,
    ...lines,
    "",
    `The best of ${rounds} rounds in turn, each with a new process; the simple cell is the best of 20 of each round.` +
      " Ready: jupyter_client has the kernel's first answer. Memory: resident, summed over the processes, two seconds" +
      " after the last cell.",
  ].join("\n");
}
