// The first thing that runs. It is written for the oldest Node that reads modules at all, so that an old Node gets a
// sentence and not a syntax error.
import { oldestNode } from "./pins.mjs";

/** Whether version `found` is `oldest` or later (both "major.minor.patch"). */
export function isAtLeast(found, oldest) {
  const a = found.split(".").map(Number);
  const b = oldest.split(".").map(Number);
  for (let i = 0; i < b.length; i += 1) {
    if (a[i] !== b[i]) return a[i] > b[i];
  }
  return true;
}

/** The sentence for a Node that is too old, or undefined. */
export function complaintAboutNode(version) {
  if (isAtLeast(version, oldestNode)) return undefined;
  return (
    "Node: found " +
    version +
    ", expected " +
    oldestNode +
    " or later; " +
    "install it from https://nodejs.org (or run: nvm install 22)."
  );
}

/** Ends the process with a sentence where Node is too old. */
export function requireNode() {
  const complaint = complaintAboutNode(process.versions.node);
  if (complaint) {
    console.error(complaint);
    process.exit(1);
  }
}
