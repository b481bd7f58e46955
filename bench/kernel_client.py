"""Starts one kernel, measures it with jupyter_client and ends it. Usage: kernel_client.py JSON

JSON: {"argv", "interruptMode", "folder", "importCode" or null}. Prints {"ready", "firstCell", "cell", "import"} in
seconds and {"idleBytes"}; `ready` and `firstCell` count from the start of the process.
"""

import json
import os
import subprocess
import sys
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

CELLS = 20
PATIENCE = 60


def run(client, code):
    """Seconds until the cell's reply and the kernel's `idle` are here."""
    begin = time.perf_counter()
    failed = []

    def look(message):
        if message["msg_type"] == "error":
            failed.append(message["content"]["evalue"])

    reply = client.execute_interactive(code, timeout=PATIENCE, output_hook=look)
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"kernel_client.py: {code!r} failed: {failed or reply['content']}")
    return time.perf_counter() - begin


def memory(root):
    """Resident bytes of a process and of all that it started."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)
    rows = [tuple(map(int, line.split())) for line in listing.stdout.splitlines()]
    tree = {root}
    while grown := {pid for pid, parent, _ in rows if parent in tree} - tree:
        tree |= grown
    return sum(rss for pid, _, rss in rows if pid in tree) * 1024


def main(argv, interruptMode, folder, importCode):
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=argv, display_name="contestant", language="", interrupt_mode=interruptMode
    )
    os.chdir(folder)
    begin = time.perf_counter()
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        ready = time.perf_counter() - begin
        run(client, "1 + 1")
        first = time.perf_counter() - begin
        cells = [run(client, f"{i} + 1") for i in range(CELLS)]
        time.sleep(2)
        idle = memory(manager.provisioner.pid)
        imported = run(client, importCode) if importCode else None
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(json.dumps({"ready": ready, "firstCell": first, "cell": min(cells), "import": imported, "idleBytes": idle}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
