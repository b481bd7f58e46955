"""jupyter_kernel_test's suite on our kernel; prints one JSON object a case: {"name", "outcome", "reason"}.

A case of which a part is skipped (`subTest`) counts as passed with the parts' reasons.
"""

import json
import unittest

import jupyter_kernel_test


class HistobookTests(jupyter_kernel_test.KernelTests):
    kernel_name = "histobook"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world");'
    code_stderr = 'console.error("oh, world");'
    completion_samples = [
        {"text": "Math.cbr", "matches": {"cbrt"}},
        {"text": '"text".toUpp', "matches": {"toUpperCase"}},
    ]
    complete_code_samples = [
        "1",
        'console.log("hello, world");',
        "function twice(x: number): number {\n  return x * 2;\n}\n",
        "const list = [1, 2, 3].map((x) => x * 2)",
        "`a\nb`",
    ]
    incomplete_code_samples = [
        "function twice(x: number): number {",
        "const list = [1, 2,",
        "if (true) {\n  1;",
        "`a",
        "/* a comment",
    ]
    invalid_code_samples = ["const = 3;", "1 1", ")"]
    code_generate_error = 'throw new RangeError("deliberate");'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '["a", 1]', "result": "[ 'a', 1 ]"},
        {"code": "await Promise.resolve(1 + 1)", "result": "2"},
        {"code": "const late: number = 3; late", "result": "3"},
    ]
    code_display_data = [
        {"code": 'import { display } from "tslab"; display.html("<b>bold</b>");', "mime": "text/html"},
        {"code": 'import { display } from "tslab"; display.png(new Uint8Array([1]));', "mime": "image/png"},
    ]
    code_inspect_sample = "Math.sqrt"
    code_clear_output = 'import { clearOutput } from "histobook"; clearOutput();'
    code_page_something = ""
    code_history_pattern = "6*"
    supported_history_operations = ("tail", "range", "search")

    def get_non_kernel_info_reply(self, timeout=None):
        """The suite waits for some replies without end; a kernel that gives none should fail and not hang."""
        return super().get_non_kernel_info_reply(timeout=timeout or jupyter_kernel_test.TIMEOUT)


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "histobook"
    support_iopub_welcome = False


class Reporter(unittest.TestResult):
    """Prints a case's outcome when the case is over."""

    def startTest(self, test):
        super().startTest(test)
        self.parts = []

    def addSkip(self, test, reason):
        self.parts.append(("skipped", reason, test))

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.parts.append(("failed", f"{subtest}: {self._exc_info_to_string(error, test)}", test))

    def addError(self, test, error):
        self.parts.append(("failed", self._exc_info_to_string(error, test), test))

    addFailure = addError

    def stopTest(self, test):
        super().stopTest(test)
        failed = [reason for outcome, reason, _ in self.parts if outcome == "failed"]
        skipped = [reason for outcome, reason, part in self.parts if outcome == "skipped" and part is test]
        outcome = "failed" if failed else "skipped" if skipped else "passed"
        reasons = failed or [reason for _, reason, _ in self.parts]
        name = test.id().rsplit(".", 1)[-1]
        print(json.dumps({"name": name, "outcome": outcome, "reason": "\n".join(reasons)}), flush=True)


if __name__ == "__main__":
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(map(loader.loadTestsFromTestCase, (HistobookTests, WelcomeTests)))
    suite.run(Reporter())
