import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("npm run docs makes the reference: every public name is documented, every link leads somewhere", async () => {
  const folder = mkdtempSync(join(tmpdir(), "histobook-reference-"));
  try {
    const program = join(__dirname, "..", "..", "scripts", "reference.mjs");
    // It ends with an error where TypeDoc warns of anything.
    await promisify(execFile)(process.execPath, [program, folder]);
    expect(readFileSync(join(folder, "functions", "makePatches.html"), "utf8")).toContain(
      "Step 1: cuts labelled patches",
    );
    expect(existsSync(join(folder, "interfaces", "TrainOptions.html"))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
