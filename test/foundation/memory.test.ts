import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { memoryLimit, requireMemory } from "../../kernel-lib/src/foundation/index.js";

const MB = 2 ** 20;

test("requireMemory() says in one sentence what the limit is and what is needed", () => {
  expect(() => requireMemory("patches", 80 * MB, 64 * MB)).toThrow(
    "patches: found a limit of 64 MB of memory, expected at least 80 MB; raise the limit of the container, the job or the machine.",
  );
  expect(() => requireMemory("patches", 80 * MB, 80 * MB)).not.toThrow();
});

test("memoryLimit() is never more than the machine has", () => {
  expect(memoryLimit()).toBeGreaterThan(0);
  expect(memoryLimit()).toBeLessThanOrEqual(totalmem());
});
