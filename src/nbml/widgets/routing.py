"""Where the kernel runs what a page sends.

ipykernel 7.4 sends a message to the shell that last published on its comm: once a cell has, clicks wait for
the cell that runs, and they are lost when that shell is gone. Here every message runs where the page asked.
"""

from __future__ import annotations

from typing import Any


def run_where_asked(comm: Any) -> bool:
    """Have messages of a comm run where the page asks; False where the kernel does so by itself."""
    if not hasattr(comm, "_reply_subshell_for"):
        return False
    comm._reply_subshell_for = _asked
    return True


def _asked(data: Any, default: Any) -> Any:  # noqa: ARG001 - the signature of ipykernel
    return default
