"""The one client of Ray's Jobs API: submit, look, follow, stop, over HTTP with the token in a header.

Knows nothing of specs and of what a job prints. The token stays in this process's memory: it is in no
address, runtime environment, message or file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from nbml.errors import EngineError
from nbml.masking import masked, scrub
from nbml.settings import Settings

State = Literal["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]
MAX_PACKAGE_BYTES = 100 * 2**20
"""What the head takes in one request (DASHBOARD_CLIENT_MAX_SIZE of Ray)."""

AGENT_START_S = 90.0
"""How long a head that answers may take to have somebody who runs programs."""

_OVERRIDING = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS")


@dataclass(frozen=True)
class Submitted:
    """A submission as the cluster tells of it.

    Attributes
    ----------
    id : str
        Submission id.
    state : {"PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"}
        Ray's word for it.
    exit_code : int or None
        Of the program, once it has ended by itself.
    message : str
        What Ray has to say; without addresses' credentials and tokens.
    """

    id: str
    state: State
    exit_code: int | None
    message: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("STOPPED", "SUCCEEDED", "FAILED")


class JobsClient:
    """Speaks with the head of a cluster.

    Parameters
    ----------
    address : str
        ``http://head:8265`` or https.
    settings : Settings
        For the token; without one Ray's own ways of finding it hold.

    Raises
    ------
    EngineError
        NBML-E40 for no such address, NBML-E41 when nobody answers there, NBML-E42 when the token is refused.
    """

    def __init__(self, address: str, settings: Settings) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise EngineError("NBML-E40", address=masked(address))
        self.address = address.rstrip("/")
        from ray.job_submission import JobSubmissionClient

        logging.getLogger("ray").setLevel(logging.ERROR)
        for name in ("ray.dashboard.modules.job.sdk", "ray.dashboard.modules.dashboard_sdk"):
            logging.getLogger(name).setLevel(logging.ERROR)
        token = settings.ray_token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else None
        with self._told(), _without(_OVERRIDING):
            self._client: Any = JobSubmissionClient(self.address, headers=headers)

    @property
    def ray_version(self) -> str:
        """The Ray version of the head."""
        return str(self._client._server_ray_version)

    def submit(
        self,
        submission_id: str,
        entrypoint: str,
        *,
        folder: Path,
        environment: dict[str, Any],
        metadata: dict[str, str],
    ) -> str:
        """Upload a folder, where the cluster has not its content already, and have a program run in it.

        Parameters
        ----------
        submission_id : str
            Unique on the cluster.
        entrypoint : str
            Shell command; every word of it is ours.
        folder : Path
            Becomes the program's current folder, on every node.
        environment : dict
            Ray runtime environment without ``working_dir``. Shown by Ray's dashboard: no secrets.
        metadata : dict of str
            For whoever lists the cluster's jobs.
        """
        until = time.monotonic() + AGENT_START_S
        with self._told():
            while True:
                try:
                    submitted: str = self._client.submit_job(
                        submission_id=submission_id,
                        entrypoint=entrypoint,
                        runtime_env={**environment, "working_dir": str(folder)},
                        metadata=metadata,
                        entrypoint_num_cpus=0,
                    )
                except (
                    RuntimeError
                ) as error:  # a head that has just started answers before it can run anything
                    if "No available agent" not in str(error) or time.monotonic() > until:
                        raise
                    time.sleep(1.0)
                else:
                    return submitted

    def look(self, submission_id: str) -> Submitted:
        """How a submission stands.

        Raises
        ------
        EngineError
            NBML-E43 when the cluster knows none of that id.
        """
        with self._told(submission_id):
            info = self._client.get_job_info(submission_id)
        message = scrub(info.message or "")[:2_000]
        return Submitted(submission_id, info.status.value, info.driver_exit_code, message)

    def printed(self, submission_id: str) -> str:
        """All that the program has printed so far."""
        with self._told(submission_id):
            return str(self._client.get_job_logs(submission_id))

    def lines(self, submission_id: str) -> Iterator[str]:
        """What the program prints, line by line from the first, until it has ended."""
        loop = asyncio.new_event_loop()
        pieces = self._client.tail_job_logs(submission_id)
        rest = ""
        try:
            while True:
                with self._told(submission_id):
                    try:
                        piece = loop.run_until_complete(anext(pieces))
                    except StopAsyncIteration:
                        break
                *whole, rest = (rest + piece).split("\n")
                yield from whole
            if rest:
                yield rest
        finally:
            loop.run_until_complete(pieces.aclose())
            loop.close()

    def stop(self, submission_id: str) -> bool:
        """Ask the program to end; False when it had."""
        with self._told(submission_id):
            return bool(self._client.stop_job(submission_id))

    @contextlib.contextmanager
    def _told(self, submission_id: str = "") -> Iterator[None]:
        """Whatever Ray's client and its HTTP library raise, as an error of ours without the token."""
        import aiohttp
        import requests
        from ray.exceptions import AuthenticationError

        try:
            yield
        except AuthenticationError:
            raise EngineError("NBML-E42", address=self.address) from None
        except aiohttp.WSServerHandshakeError as error:
            code = "NBML-E42" if error.status in (401, 403) else "NBML-E43"
            raise EngineError(code, address=self.address, id=submission_id) from None
        except (ConnectionError, OSError, requests.RequestException, aiohttp.ClientError) as error:
            raise EngineError("NBML-E41", address=self.address, reason=scrub(str(error))[:300]) from None
        except (RuntimeError, ValueError) as error:
            said = scrub(str(error))
            if "does not exist" in said or "status code 404" in said:
                raise EngineError("NBML-E43", address=self.address, id=submission_id) from None
            raise EngineError("NBML-E44", address=self.address, reason=said[:600]) from None


@contextlib.contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """These variables would override the address that was given."""
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(before)
