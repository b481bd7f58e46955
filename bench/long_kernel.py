"""Runs cells in one kernel, every other one with a display, and prints now and then the number of its process and of its cells.

Usage: long_kernel.py JSON, with {"argv", "folder", "cells", "every"}. Prints {"done", "total", "pid"}, and waits for a line on its
standard input before it goes on, so that whoever reads can look at the process meanwhile.
"""

import json
import os
import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

# The same names again and again, as in a cell that is run anew; what a cell declares is the user's to keep.
CODES = [
    'const values = Array.from({{ length: 1000 }}, (_, i) => i * {number}); values.length',
    'display({{ [Symbol.for("Jupyter.display")]: () => ({{ "text/html": "<b>{number}</b>".repeat(500) }}) }})',
]


def main(argv, folder, cells, every):
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(argv=argv, display_name="long", language="", interrupt_mode="message")
    os.chdir(folder)
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        for number in range(cells):
            code = CODES[number % len(CODES)].format(number=number)
            reply = client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
            if reply["content"]["status"] != "ok":
                raise SystemExit(f"long_kernel.py: {code!r} failed: {reply['content']}")
            if number % every == 0:
                print(json.dumps({"done": number + 1, "total": cells, "pid": manager.provisioner.pid}), flush=True)
                sys.stdin.readline()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
