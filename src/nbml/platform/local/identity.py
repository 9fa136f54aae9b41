"""Who works on this machine."""

from __future__ import annotations

import getpass
import os

from nbml.platform.ports import Person


class LocalIdentity:
    """The user of the operating system."""

    def current(self) -> Person:
        """The login name, with the groups where the system has such."""
        return Person(login_name(), _full_name(), _groups())


def login_name() -> str:
    """The login name; the user's number where the system knows no name for it, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _full_name() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0]
    except (ImportError, KeyError):
        return ""


def _groups() -> tuple[str, ...]:
    try:
        import grp
    except ImportError:
        return ()
    names = []
    for number in set(os.getgroups()):
        try:
            names.append(grp.getgrgid(number).gr_name)
        except KeyError:
            names.append(str(number))
    return tuple(sorted(names))
