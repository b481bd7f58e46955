/** jupyter_kernel_test's suite, from PyPI, on our kernel over ZeroMQ. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clients, patience } from "./clients";

interface Case {
  name: string;
  outcome: "passed" | "failed" | "skipped";
  reason: string;
}

/** Every case of the suite that we take; a new release's new cases are found by the last test. */
const taken = [
  "test_kernel_info",
  "test_execute_stdout",
  "test_execute_stderr",
  "test_completion",
  "test_is_complete",
  "test_error",
  "test_execute_result",
  "test_display_data",
  "test_history",
  "test_inspect",
  "test_clear_output",
];

/** The cases that we leave out, and why. */
const left: Record<string, string> = {
  test_pager: "TypeScript has no command that opens a pager: documentation comes by inspection",
  test_recv_iopub_welcome_msg: "the kernel does not send the optional iopub_welcome message",
};

describe("jupyter_kernel_test", () => {
  let clients: Clients;
  let cases: Case[];

  beforeAll(async () => {
    clients = await Clients.start();
    cases = await clients.lines<Case>("kernel_test.py");
  }, patience);
  afterAll(() => clients?.end());

  test.each(taken)("%s", (name) => {
    expect(cases.find((one) => one.name === name)).toEqual({ name, outcome: "passed", reason: "" });
  });

  test("has no other cases than these and those that are left out on purpose", () => {
    expect(cases.map(({ name }) => name).sort()).toEqual([...taken, ...Object.keys(left)].sort());
    const skipped = cases.filter(({ outcome }) => outcome === "skipped").map(({ name }) => name);
    expect(skipped.sort()).toEqual(Object.keys(left).sort());
  });
});
