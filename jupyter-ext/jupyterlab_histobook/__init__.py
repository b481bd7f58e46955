"""The prebuilt JupyterLab extension that draws what histobook displays."""

__version__ = "0.1.0"


def _jupyter_labextension_paths():
    """Tell `jupyter-builder develop` where the built extension lies."""
    return [{"src": "labextension", "dest": "jupyterlab-histobook"}]
