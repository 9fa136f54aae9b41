"""A real Jupyter server on loopback, with a token, its own home and nothing of the user's settings."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import nbformat
import psutil

QUIET = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false"},
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}
START_S = 60.0
NOWHERE = "http://127.0.0.1:9"
KERNEL = "Python with nbml"


class Lab:
    """A server of notebooks.

    Parameters
    ----------
    folder : Path
        Where notebooks, settings and NBML_HOME are put.
    kernel_python : str
        The interpreter of the kernels; the server runs in that of the tests.
    app : str
        ``lab``, ``notebook`` or ``voila``.
    environment : mapping, optional
        More variables.
    """

    def __init__(
        self,
        folder: Path,
        *,
        kernel_python: str = sys.executable,
        app: str = "lab",
        theme: str = "JupyterLab Light",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.home = folder / "nbml_home"
        self.token = secrets.token_hex(16)
        self.port = _free_port()
        self.notebooks.mkdir(parents=True, exist_ok=True)
        self._app, self._kernel_python = app, kernel_python
        self._write_kernel(kernel_python)
        settings = folder / "settings"
        themes = {"@jupyterlab/apputils-extension/themes.jupyterlab-settings": {"theme": theme}}
        for name, content in (QUIET | themes).items():
            file = settings / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content))
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self._environment = {
            **kept,
            "NBML_HOME": str(self.home),
            "NBML_IDLE_S": "120",
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONWARNINGS": "ignore",
            "HTTPS_PROXY": NOWHERE,  # nothing but loopback can be reached
            "HTTP_PROXY": NOWHERE,
            "NO_PROXY": "127.0.0.1,localhost",
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the server, without its token."""
        return f"http://127.0.0.1:{self.port}"

    def address(self, name: str) -> str:
        """Address of a notebook, with the token; JupyterLab forgets what else was open."""
        where = {"lab": "lab/tree/", "notebook": "notebooks/", "voila": "voila/render/"}[self._app]
        return f"{self.url}/{where}{name}?token={self.token}" + "&reset" * (self._app == "lab")

    def write(self, name: str, cells: Sequence[str]) -> Path:
        """Write a notebook of code cells."""
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "nbml", "display_name": KERNEL, "language": "python"}},
        )
        path = self.notebooks / name
        nbformat.write(book, path)
        return path

    def _write_kernel(self, python: str) -> None:
        spec = {
            "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": KERNEL,
            "language": "python",
        }
        file = self.folder / "data" / "kernels" / "nbml" / "kernel.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(spec))

    def start(self) -> Lab:
        """Start it and wait until it answers."""
        command = [
            sys.executable, "-m", "jupyter", {"voila": "server"}.get(self._app, self._app),
            "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.notebooks}", "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]  # fmt: skip
        log = (self.folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            command, env=self._environment, cwd=self.notebooks, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        limit = time.monotonic() + START_S
        while time.monotonic() < limit:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2).read()
                return self
            time.sleep(0.1)
        raise RuntimeError((self.folder / "server.log").read_text()[-4000:])

    def kernels(self) -> list[psutil.Process]:
        """The kernel processes that run now."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        return [child for child in children if "ipykernel_launcher" in " ".join(_command(child))]

    def end_kernel(self, name: str) -> None:
        """Shut down the session of a notebook."""
        for session in json.loads(self._ask("GET", "sessions")):
            if session["path"] == name:
                self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, what: str) -> bytes:
        request = urllib.request.Request(
            f"{self.url}/api/{what}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bytes(answer.read())

    def stop(self) -> None:
        """End the server, its kernels and nbml's cluster of this home."""
        if self._process is None:
            return
        family = psutil.Process(self._process.pid).children(recursive=True)
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process = None
        if (self.home / "engine").exists():  # the head is that of the kernels' interpreter, not of ours
            end = "from nbml.engine.cluster import stop_head; stop_head()"
            subprocess.run([self._kernel_python, "-c", end], env=self._environment, timeout=120, check=True)

    def __enter__(self) -> Lab:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
