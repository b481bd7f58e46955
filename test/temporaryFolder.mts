import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

/** All tests work in a folder such as users have: with spaces, and with letters that are no ASCII. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "histobook tests für 病理 "));
  // Some tests try things as another user.
  chmodSync(folder, 0o755);
  project.config.env = { ...project.config.env, TMPDIR: folder, TEMP: folder, TMP: folder };
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
