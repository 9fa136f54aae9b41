"""From a failure to words on stderr and an exit code. The one place that knows what codes mean to a shell."""

from __future__ import annotations

from typing import Any

from nbml.cli.screen import err, write_json
from nbml.errors import NbmlError
from nbml.spec.events import Fault
from nbml.spec.reading import shown

OK, JOB_FAILED, USAGE, DATA, ENGINE, BUG, CANCELLED = 0, 1, 2, 3, 4, 70, 130
_BY_AREA = {
    "S": USAGE,
    "C": USAGE,
    "O": USAGE,
    "R": DATA,
    "D": DATA,
    "P": DATA,
    "E": ENGINE,
    "T": ENGINE,
    "X": ENGINE,
    "U": ENGINE,
    "K": ENGINE,
}
_BY_CODE = {
    "NBML-J01": USAGE,  # no id
    "NBML-J02": USAGE,  # no such job
    "NBML-J03": ENGINE,  # nobody runs it any more
    "NBML-J06": USAGE,  # no such model in it
    "NBML-J07": USAGE,  # it has ended
    "NBML-J08": USAGE,  # it has no models yet
    "NBML-T06": USAGE,  # no such run
    "NBML-O13": JOB_FAILED,  # it has searched and found nothing
}
_MOST = 4_000


class CommandError(NbmlError):
    """What was asked on the command line cannot be answered (NBML-C..)."""


def exit_code(code: str) -> int:
    """The exit code of a stable error code: the same whether it stopped the command or its job."""
    return _BY_CODE.get(code) or _BY_AREA.get(code.removeprefix("NBML-")[:1], JOB_FAILED)


def tell(fault: NbmlError | Fault, *, as_json: bool) -> int:
    """Print code, sentence and next step to stderr, or the same as one JSON object; return the exit code."""
    if as_json:
        error: dict[str, Any] = (
            fault.to_dict() if isinstance(fault, NbmlError) else fault.model_dump(mode="json")
        )
        write_json({"type": "error", **error}, to_stderr=True)
    else:
        console = err()
        console.print(f"{fault.code}  {shown(fault.message, _MOST)}", style="bold", soft_wrap=True)
        if fault.next_step:
            console.print(shown(fault.next_step, _MOST), soft_wrap=True)
    return exit_code(fault.code)
