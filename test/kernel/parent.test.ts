/** What becomes of a kernel when the Jupyter server that has started it is gone. */
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { isAlive, resultText, streamText, TestKernel } from "./client.js";

let kernel: TestKernel;
let pid: number;
afterEach(() => {
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
  kernel.close();
});

/** A kernel whose parent is a program that can be killed without it. */
async function startBehindParent(env: NodeJS.ProcessEnv): Promise<void> {
  const parent = join(mkdtempSync(join(tmpdir(), "histobook-parent-")), "parent.sh");
  writeFileSync(parent, `#!/bin/sh\n"${process.execPath}" "$@" &\nwait\n`);
  chmodSync(parent, 0o755);
  kernel = await TestKernel.start(undefined, { node: parent, env });
  pid = Number(resultText(await kernel.execute("process.pid")));
  expect(pid).not.toBe(kernel.process.pid);
}

const gone = async (): Promise<void> => {
  while (isAlive(pid)) await wait(50);
};

test("it ends with its server, also from an endless loop", async () => {
  await startBehindParent({ JPY_PARENT_PID: String(process.pid) });
  const id = kernel.sendCell('console.log("looping"); for (;;) {}');
  await kernel.until(() => streamText({ outputs: kernel.outputsOf(id) }) === "looping\n");
  kernel.process.kill("SIGKILL");
  await gone();
});

test("one that Jupyter has not bound to itself stays", async () => {
  await startBehindParent({ JPY_PARENT_PID: undefined });
  kernel.process.kill("SIGKILL");
  // Longer than it takes to look twice.
  await wait(2500);
  expect(resultText(await kernel.execute("6 * 7"))).toBe("42");
});
