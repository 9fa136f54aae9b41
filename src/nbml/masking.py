"""Text fit to be shown: addresses without credentials. Part of the ground, known to everyone."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s'\"]+@")
_QUERY = re.compile(r"(\w[\w+.-]*://[^\s?#'\"]+)[?#][^\s'\"]*")
_TOKEN = re.compile(
    r"\b(?:dapi|dose|dkea)[0-9a-f]{8,}(?:-\d+)?\b|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=Bearer )\S+"
)


def masked(uri: str) -> str:
    """An address without user, password, query and fragment, fit for tags, logs and errors.

    >>> masked("https://me:secret@mlflow.example:8443/base?token=abc")
    'https://mlflow.example:8443/base'
    """
    return re.sub(r"[?#].*", "", _CREDENTIALS.sub("", uri), flags=re.DOTALL)


def scrub(text: str) -> str:
    """Text, such as an error's, with every address in it masked and every token of a workspace left out.

    >>> scrub("GET https://me:pw@host/a?sig=1 with Bearer dapi0123456789abcdef failed")
    'GET https://host/a with Bearer *** failed'
    """
    return _TOKEN.sub("***", _QUERY.sub(r"\1", _CREDENTIALS.sub("", text)))
