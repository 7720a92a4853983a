"""Run JupyterLab over the app's persistent directory, behind a token.

From the task's environment: NOMAD_TASK_DIR, NOMAD_ADDR_http or NOTEBOOK_BIND, NOTEBOOK_WORK (the persistent
directory; by default work/ below NOMAD_TASK_DIR), JUPYTER_TOKEN.
"""

import os
import sys
from pathlib import Path

from jupyterlab.labapp import main as lab


def settle(work: Path, task: Path) -> None:
    """Keep with the work what a person would miss: settings, history, and packages of their own.

    Those packages are for kernels alone: this process ignores PYTHONPATH (-I), so that a package which a
    member installs can break a notebook, but not the server with which they mend it.
    """
    packages = work / ".packages"
    places = {
        "HOME": work,
        "JUPYTER_CONFIG_DIR": work / ".jupyter",
        "JUPYTER_DATA_DIR": work / ".local/share/jupyter",
        "JUPYTER_RUNTIME_DIR": task / "runtime",
        "IPYTHONDIR": work / ".ipython",
        "MPLCONFIGDIR": work / ".config/matplotlib",
        "PIP_TARGET": packages,
        "PYTHONPATH": packages,
    }
    for path in places.values():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update({name: str(path) for name, path in places.items()})
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    )
    os.environ.setdefault("SHELL", "/bin/bash")
    os.chdir(work)


def main() -> None:
    """Start the server; it asks for the token that JUPYTER_TOKEN holds."""
    if not os.environ.get("JUPYTER_TOKEN"):
        sys.exit("JUPYTER_TOKEN is empty: a notebook without a token would be open to everyone.")
    task = Path(os.environ["NOMAD_TASK_DIR"])
    work = Path(os.environ.get("NOTEBOOK_WORK") or task / "work").resolve()
    settle(work, task.resolve())
    bind = os.environ.get("NOTEBOOK_BIND") or os.environ["NOMAD_ADDR_http"]  # noqa: SIM112 - Nomad's spelling
    host, port = bind.rsplit(":", 1)
    lab(
        [
            f"--ServerApp.ip={host.strip('[]')}",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.open_browser=False",
            "--ServerApp.allow_remote_access=True",
            "--ServerApp.trust_xheaders=True",
            f"--ServerApp.root_dir={work}",
            "--ServerApp.quit_button=False",
            "--LabApp.collaborative=False",
        ]
    )


if __name__ == "__main__":
    main()
