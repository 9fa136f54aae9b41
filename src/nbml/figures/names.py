"""User text on a figure: column names, levels and file names that plotly must show and never interpret.

Plotly reads a small HTML in every text, ``%{...}`` in templates and ``$...$`` as TeX where MathJax is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable

from nbml.spec.reading import shown

_ACTIVE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "{": "&#123;", "}": "&#125;"})


def plain(name: object, width: int = 40) -> str:
    r"""A text that plotly shows letter by letter.

    Parameters
    ----------
    name : object
        Any value of the user's; invisible and bidirectional characters become ``\uXXXX``.
    width : int
        Greatest number of characters; what is longer is cut with an ellipsis.

    Examples
    --------
    >>> plain("<b>a</b> & $x$")
    '&lt;b&gt;a&lt;/b&gt; &amp; &#36;x&#36;'
    """
    return shown(str(name), width).translate(_ACTIVE)


def with_unit(name: str, unit: str | None, width: int = 40) -> str:
    """A name with its unit in square brackets, safe for plotly."""
    return f"{plain(name, width)} [{plain(unit, 20)}]" if unit else plain(name, width)


def distinct(names: Iterable[object], width: int = 40) -> list[str]:
    """Texts for ticks or a legend: those that have become equal by cutting are told apart by a number."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for name in names:
        text = plain(name, width)
        seen[text] = seen.get(text, 0) + 1
        told.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return told
