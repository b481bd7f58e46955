/** How many cores a process may use, as whoever shares a machine among many has said. */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { coresSet, usableCores } from "../../kernel-lib/dist/foundation/index.js";

const library = join(__dirname, "..", "..", "kernel-lib");

/** The threads of a process that has computed something with TensorFlow's library. */
function threadsWith(cores: string): number {
  const program = `
    const { loadEngine } = require(${JSON.stringify(library)});
    loadEngine("tensorflow").then(({ tf }) => {
      tf.matMul(tf.ones([600, 600]), tf.ones([600, 600])).dataSync();
      console.log(require("node:fs").readdirSync("/proc/self/task").length);
    });`;
  const env = { ...process.env, HISTOBOOK_CORES: cores };
  return Number(execFileSync(process.execPath, ["-e", program], { env, encoding: "utf8" }));
}

test("HISTOBOOK_CORES says it; without it the system does", () => {
  expect(usableCores({ HISTOBOOK_CORES: "3" })).toBe(3);
  expect(coresSet({ HISTOBOOK_CORES: "" })).toBeUndefined();
  expect(usableCores({})).toBe(availableParallelism());
});

test("a value that is no number of cores is refused in a sentence", () => {
  for (const value of ["0", "-1", "1.5", "two", "1e3", " 2"]) {
    expect(() => usableCores({ HISTOBOOK_CORES: value })).toThrow(
      `HISTOBOOK_CORES: found '${value}', expected how many processor cores may be used, a whole number of at least 1; set another value in the environment, or none.`,
    );
  }
});

test.skipIf(process.platform !== "linux")("TensorFlow's library starts as many threads as it says", () => {
  const [few, many] = [threadsWith("1"), threadsWith("9")];
  expect(many - few).toBeGreaterThanOrEqual(8);
});
