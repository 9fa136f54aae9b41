"""The command line: `nbml`. Only ``main`` is public; commands are loaded when it runs."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and say how it went.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the program's name; those of this process when not given.

    Returns
    -------
    int
        Exit code: 0 done, 1 the job failed, 2 the question cannot be answered (usage, spec, unknown id),
        3 the data or the rows to predict do not fit, 4 the engine, the tracking store or a package fails,
        70 a fault of nbml itself, 130 stopped by Ctrl-C or a job that was cancelled.
    """
    from nbml.cli.app import run

    return run(argv)
