"""Finding, starting and stopping the Ray cluster that jobs run on.

Without an address nbml keeps a head of its own: loopback, token on, no dashboard, one for each
environment (interpreter, Ray and nbml version, NBML_HOME), stopped when idle.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock

from nbml.durable import storage_error
from nbml.engine.budget import cpu_budget
from nbml.engine.process_tree import end_tree, is_same_process
from nbml.errors import EngineError
from nbml.settings import Settings

NAMESPACE = "nbml"
START_WITHIN_S = 120.0
STARTS = 2
"""Ray listens before all of it stands: a head that ends while we connect to it is started once more."""

ANSWERS_WITHIN_S = 15.0
"""How long a cluster that somebody else keeps may take until it answers at all."""

WATCH_EVERY_S = 2.0
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Set to 0, Ray takes 127.0.0.1 as its node's address and every one of its servers binds to that alone; with
the address given by option it binds to all interfaces."""

WarmModules = dict[str, tuple[str, ...]]
COLD: WarmModules = {"worker": (), "supervisor": ()}
_CONNECTING = threading.Lock()
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")


@dataclass(frozen=True)
class Head:
    """A head that nbml keeps."""

    address: str
    pid: int
    process_started: float
    cpus: int

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs."""
        return is_same_process(self.pid, self.process_started)


def head_folder(settings: Settings) -> Path:
    """Where the head of this very environment leaves its address, token and log."""
    parts = (os.path.realpath(sys.prefix), platform.python_version(), version("ray"), version("nbml"))
    return settings.engine / hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def find_head(settings: Settings) -> Head | None:
    """The living head of this environment, or None."""
    try:
        head = Head(**json.loads((head_folder(settings) / "head.json").read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None
    return head if head.is_alive else None


def connect(settings: Settings | None = None, *, warm_modules: WarmModules | None = None) -> Any:
    """Connect this process to the cluster, starting nbml's own head where that is needed.

    A Ray that the user has initialised is used as it is and never shut down.

    Parameters
    ----------
    settings : Settings, optional
    warm_modules : dict, optional
        What workers and supervisors of a newly started head import before they are needed.

    Returns
    -------
    module
        The ``ray`` module, connected.

    Raises
    ------
    EngineError
        NBML-E15 when the head does not start, NBML-E16 when a given address does not answer or refuses
        the token, NBML-E18 when its versions differ from ours.
    """
    with _CONNECTING:  # a panel warms up in one thread while a job is handed over in another
        return _connect(settings or Settings(), warm_modules or COLD)


def _connect(settings: Settings, warm_modules: WarmModules) -> Any:
    import ray

    own = _Connection.own
    if ray.is_initialized():
        if own is None or own.is_alive:
            return ray
        ray.shutdown()
    address = settings.ray_address or os.environ.get("RAY_ADDRESS")
    if address:
        knock(address)
        token = settings.ray_token and settings.ray_token.get_secret_value()
        with _token_in_force({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token} if token else {}):
            join(ray, address)
        _Connection.own = None
        return ray
    _Connection.own = head = _join_own(ray, settings, warm_modules)
    threading.Thread(target=_leave_with, args=(ray, head), name="nbml-head-watch", daemon=True).start()
    return ray


def _join_own(ray: Any, settings: Settings, warm_modules: WarmModules, *, starts_left: int = STARTS) -> Head:
    """Connect to nbml's own head, started where there is none."""
    head = find_head(settings) or start_head(settings, warm_modules)
    (head_folder(settings) / "last-used").touch()
    try:
        with _on_loopback(), _token_in_force(_token_environment(head_folder(settings))):
            join(ray, head.address, head=head)
    except EngineError as error:
        if head.is_alive or error.code != "NBML-E16":
            raise
        if starts_left == 1:
            raise _no_head(settings) from error
        return _join_own(ray, settings, warm_modules, starts_left=starts_left - 1)
    return head


def start_head(settings: Settings, warm_modules: WarmModules) -> Head:
    """Start a head in the background and wait until it listens; another starter's head is taken too."""
    folder = _made(head_folder(settings))
    with FileLock(folder / "head.lock"):
        if head := find_head(settings):
            return head
        environment = (
            os.environ | _token_environment(folder) | {"RAY_USAGE_STATS_ENABLED": "0", LOOPBACK: "0"}
        )
        log = folder / "head.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "nbml.engine.head_process",
                    json.dumps(
                        {
                            "folder": str(folder),
                            "home": str(settings.home),
                            "cpus": cpu_budget(settings),
                            "idle_s": settings.idle_s,
                            "warm_modules": warm_modules,
                        }
                    ),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=folder,
            )
        begun = time.monotonic()
        while time.monotonic() - begun < START_WITHIN_S:
            if head := find_head(settings):
                return head
            if process.poll() is not None:
                break
            time.sleep(0.05)
        end_tree(process.pid)
        raise _no_head(settings)


def _no_head(settings: Settings) -> EngineError:
    log = head_folder(settings) / "head.log"
    return EngineError("NBML-E15", log=str(log), reason=log.read_text(errors="replace")[-600:])


def stop_head(settings: Settings | None = None) -> bool:
    """Stop nbml's own head and all its processes; False when none was running."""
    head = find_head(settings or Settings())
    if head is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(head.pid, signal.SIGTERM)
    with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        psutil.Process(head.pid).wait(timeout=15)
    end_tree(head.pid)
    return True


def _leave_with(ray: Any, head: Head) -> None:
    """Disconnect when our head ends: Ray ends a process that misses its cluster a minute, a kernel too."""
    while _Connection.own is head and head.is_alive:
        time.sleep(WATCH_EVERY_S)
    with _CONNECTING:
        if _Connection.own is head and not head.is_alive:
            _Connection.own = None
            ray.shutdown()


class _Connection:
    """What this process is connected to; None for a cluster that is not nbml's own."""

    own: Head | None = None


def is_own_head() -> bool:
    """Whether this process is connected to a head that nbml keeps."""
    return _Connection.own is not None


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise storage_error(folder, error) from error
    return folder


@contextlib.contextmanager
def _token_in_force(environment: dict[str, str]) -> Iterator[None]:
    """Have Ray read its token now and keep it; the environment stays as it was for what comes later."""
    if not environment:
        yield
        return
    from ray import _raylet

    raylet: Any = _raylet
    before = {name: os.environ.get(name) for name in environment}
    os.environ |= environment
    raylet.Config.initialize("")
    raylet.AuthenticationTokenLoader.instance().reset_cache()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextlib.contextmanager
def _on_loopback() -> Iterator[None]:
    """Take 127.0.0.1 as this process's address too, for this one connection."""
    from ray._private import ray_constants

    before = ray_constants.ENABLE_RAY_CLUSTER
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before


def _token_environment(folder: Path) -> dict[str, str]:
    token = folder / "token"
    if not token.exists():
        with (
            contextlib.suppress(FileExistsError),
            open(token, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file,
        ):
            file.write(secrets.token_hex(32))
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}


def join(ray: Any, address: str, *, within_s: float = 60.0, head: Head | None = None) -> None:
    """Connect to an address, trying for a while; the token must be in the environment.

    There is no use in trying on once a `head` of our own has ended.

    Raises
    ------
    EngineError
        NBML-E16 or NBML-E18.
    """
    logger = logging.getLogger("ray._private.worker")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.ERROR)
    begun = time.monotonic()
    while True:
        try:
            ray.init(
                address=address,
                namespace=NAMESPACE,
                log_to_driver=False,
                logging_level=logging.ERROR,
                configure_logging=False,
            )
        except RuntimeError as error:
            if "version mismatch" in str(error).lower():
                raise EngineError("NBML-E18", address=address, reason=str(error)[:400]) from None
            reason: Exception = error
        except (ConnectionError, ray.exceptions.RayError, TimeoutError, ValueError) as error:
            reason = error
        else:
            return
        is_gone = head is not None and not head.is_alive
        if is_gone or time.monotonic() - begun > within_s or "token" in str(reason).lower():
            raise EngineError("NBML-E16", address=address, reason=str(reason)[:400]) from None
        time.sleep(0.2)


def knock(address: str, *, within_s: float = ANSWERS_WITHIN_S) -> None:
    """Wait until somebody listens at ``host:port``: Ray itself would try for minutes, and say so aloud.

    Raises
    ------
    EngineError
        NBML-E16 when nobody does.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        return  # "auto", or ray:// and its like
    begun = time.monotonic()
    while True:
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=5.0):
                return
        except (OSError, OverflowError) as error:
            if time.monotonic() - begun > within_s:
                raise EngineError("NBML-E16", address=address, reason=str(error)[:400]) from None
        time.sleep(0.2)
