"""A JupyterHub for a workshop on one machine: every learner has a folder with the notebooks, and one password opens all.

    HISTOBOOK_HUB_PASSWORD=... jupyterhub -f scripts/jupyter/jupyterhub_config.py

docs/teaching.md says what the variables below do, and whom this suits: people who trust one another. All servers run as the
user who starts the hub.
"""

import json
import os
import shutil
import sys
from pathlib import Path

repository = Path(__file__).resolve().parents[2]
own = Path(os.environ.get("HISTOBOOK_HUB_FOLDER", repository / ".histobook" / "hub")).resolve()
learners = Path(os.environ.get("HISTOBOOK_LEARNERS", own / "learners")).resolve()
port = int(os.environ.get("HISTOBOOK_HUB_PORT", "8000"))
host = os.environ.get("HISTOBOOK_HUB_HOST", "127.0.0.1")
password = os.environ.get("HISTOBOOK_HUB_PASSWORD", "")
if len(password) < 8:
    raise SystemExit(
        "HISTOBOOK_HUB_PASSWORD: found fewer than 8 characters, expected the password that all learners are told; "
        "set it and start the hub again."
    )
for folder in (own, learners):
    folder.mkdir(parents=True, exist_ok=True)

c = get_config()  # noqa: F821 (JupyterHub provides it)

# Whoever has the password comes in, under a name of his or her own choice: it becomes a folder's name.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = password
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"^[a-z0-9][a-z0-9_-]{0,31}$"

c.JupyterHub.bind_url = f"http://{host}:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
proxy = repository / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [shutil.which("node") or "node", str(proxy)]
c.ConfigurableHTTPProxy.pid_file = str(own / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{own / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(own / "cookie_secret")

# One server a learner, in the learner's folder, by this Python.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(learners / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab/tree/0-start-here.ipynb"
# A full room starts at once, on a machine that is then busy.
c.Spawner.start_timeout = 600
c.Spawner.http_timeout = 600
# What a server, and each kernel in it, is told of this environment beside the hub's own words.
c.Spawner.env_keep = [
    *("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "CONDA_PREFIX", "JUPYTER_PATH"),
    *("HISTOBOOK_CORES", "HISTOBOOK_REPLAY"),
]
if hasattr(os, "geteuid") and os.geteuid() == 0:
    c.Spawner.args = ["--allow-root"]


kernel = {"name": "histobook", "display_name": "TypeScript (histobook)", "language": "typescript"}


def give_folder(spawner):
    """Puts the notebooks into a learner's folder; what is there already, changed or not, stays as it is."""
    folder = learners / spawner.user.name
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted((repository / "notebooks").glob("*.ipynb")):
        copy = folder / source.name
        if copy.exists():
            continue
        notebook = json.loads(source.read_text("utf8"))
        # Stock tslab would look for the library beside the notebook; this kernel has it.
        notebook["metadata"]["kernelspec"] = kernel
        copy.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf8")


c.Spawner.pre_spawn_hook = give_folder

# For a program that watches over the room: it may start and stop servers and reach into them.
token = os.environ.get("HISTOBOOK_HUB_TOKEN")
if token:
    c.JupyterHub.services = [{"name": "watch", "api_token": token}]
    scopes = ["admin:users", "admin:servers", "access:servers"]
    c.JupyterHub.load_roles = [{"name": "watch", "services": ["watch"], "scopes": scopes}]
