"""Makes one folder unreachable for the Python processes of a node, as if the node were another machine."""

import os
import sys

UNSEEN = os.environ.get("NBML_TEST_UNSEEN")
TOUCHING = ("open", "os.mkdir", "os.rename", "os.remove", "os.listdir", "os.scandir", "os.link", "os.symlink")


def _refuse(event, arguments):
    if event in TOUCHING:
        for one in arguments[:2]:
            if isinstance(one, str | bytes | os.PathLike) and os.fsdecode(one).startswith(UNSEEN):
                raise FileNotFoundError(2, "not on this machine", os.fsdecode(one))


if UNSEEN:
    sys.addaudithook(_refuse)
