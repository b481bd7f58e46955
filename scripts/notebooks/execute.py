"""Runs one notebook from top to bottom and writes the executed copy and its HTML report.

Usage: execute.py NOTEBOOK COPY HTML SECONDS_A_CELL
Prints a line for each cell; ends with status 1 where a cell fails. The copy is written even then, with what ran.
"""

import os
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter


def write(path, text):
    """A file with its final name is whole."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def last_words(cell):
    """What the failing cell printed on its error stream: tslab reports errors there and nowhere else."""
    texts = [o.get("text", "") for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    return "".join(texts).strip()


def main(source, copy, html, seconds):
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]

    current = None

    def announce(cell, cell_index, **_):
        nonlocal current
        if cell_index in code:
            current = cell
            first = next((line for line in cell.source.splitlines() if line.strip()), "")
            print(f"  cell {code.index(cell_index) + 1} of {len(code)}: {first[:80]}", flush=True)

    client = NotebookClient(
        notebook,
        timeout=seconds,
        # On a busy machine a kernel takes more than the usual minute to start.
        startup_timeout=600,
        on_cell_start=announce,
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(source))}},
    )
    failure = None
    try:
        client.execute()
    except CellExecutionError:
        failure = last_words(current) or "a cell failed"
    except CellTimeoutError:
        failure = f"a cell took more than {seconds} seconds"
    except DeadKernelError:
        failure = "the kernel died"
    write(copy, nbformat.writes(notebook))
    name = os.path.splitext(os.path.basename(source))[0]
    body, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": name}})
    write(html, body)
    if failure is not None:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4], int(sys.argv[4])))
