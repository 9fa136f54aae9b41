"""Files of workers on other machines, carried to the job's folder: no folder needs to be seen by all.

An actor beside the job, on the same node, reads and writes for workers of all other nodes. It is started
again when it dies, and what it does may be done twice without harm.
"""

from __future__ import annotations

import platform
from functools import cached_property
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from nbml.engine.job_files import FolderFiles
from nbml.errors import EngineError, NbmlError

ANSWER_WITHIN_S = 120.0
AT_ONCE = 4


class CarriedFiles:
    """Files of a folder on the node where this object was made; picklable, usable on every node.

    Parameters
    ----------
    root : Path
        The folder. Only processes of the present node touch it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._node = ray.get_runtime_context().get_node_id()
        self._carrier: Any = (
            ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1, max_concurrency=AT_ONCE)(FolderFiles)
            .options(scheduling_strategy=NodeAffinitySchedulingStrategy(self._node, soft=False))
            .remote(root)
        )

    @cached_property
    def _near(self) -> FolderFiles | None:
        is_here = ray.get_runtime_context().get_node_id() == self._node
        return FolderFiles(self._root) if is_here else None

    def read(self, name: str) -> bytes | None:
        """The content; None where there is no such file."""
        content: bytes | None = self._near.read(name) if self._near else self._carried("read", name)
        return content

    def write(self, name: str, content: bytes) -> None:
        """Make or replace a file; it stands when this returns.

        Raises
        ------
        EngineError
            NBML-E01, NBML-E02 as ``FolderFiles``; NBML-E49 when the job's node cannot be reached.
        """
        if self._near:
            self._near.write(name, content)
        else:
            self._carried("write", name, content)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return self._near.has(name) if self._near else bool(self._carried("has", name))

    def _carried(self, what: str, *arguments: Any) -> Any:
        try:
            return ray.get(getattr(self._carrier, what).remote(*arguments), timeout=ANSWER_WITHIN_S)
        except RayTaskError as error:
            if isinstance(error.cause, NbmlError):
                raise error.cause from None
            raise self._unreachable(error) from None
        except (RayError, GetTimeoutError) as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> EngineError:
        return EngineError(
            "NBML-E49",
            node=platform.node(),
            path=str(self._root),
            reason=str(error)[:200] or type(error).__name__,
        )
