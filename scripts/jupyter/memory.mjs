// Which processes a process has started, and how much memory they take. Linux only: it reads /proc.
import { readFileSync, readdirSync } from "node:fs";

/** Each process' parent. */
function parents() {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = textOf(`/proc/${name}/stat`);
    // The command stands in brackets and may hold anything; the parent is the second word after it.
    const words = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (words) found.set(Number(name), Number(words[1]));
  }
  return found;
}

/** For each of these processes: itself and all that it has started, and what those have started. */
export function processTrees(roots) {
  const children = new Map();
  for (const [pid, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const treeOf = (pid) => [pid, ...(children.get(pid) ?? []).flatMap(treeOf)];
  return roots.map(treeOf);
}

/** The command that a process runs, its words with spaces between. */
export const commandOf = (pid) => (textOf(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim();

/**
 * Bytes of memory that a process takes: its own, and its share of what several use (PSS). A library that twelve
 * processes share counts once in all of them together, where the resident set (RSS) would count it twelve times.
 */
export function proportionalBytes(pid) {
  const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`) ?? "") ?? [];
  return 1024 * Number(kilobytes ?? 0);
}

/** A file's text; undefined where its process has just ended. */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
