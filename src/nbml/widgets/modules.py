"""The JavaScript that draws panels: built bundles, and what stands in for them.

The first open panel carries the whole module; the others carry a relay that takes it from the page or
asks for it, so that a page with many panels is restored in one small message.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from nbml.errors import PanelError
from nbml.i18n import text

STATIC: Traversable = files(__package__) / "static"
_SENTENCE = """
export default {{ render({{ el }}) {{
  const words = document.createElement("p");
  words.className = "nbml-not-built";
  words.textContent = {words};
  el.replaceChildren(words);
}} }};
"""


def is_built() -> bool:
    """Whether the bundles are there: always in a wheel, after ``make js`` in a checkout."""
    return (STATIC / "panel.js").is_file()


@cache
def bundle() -> tuple[str, str]:
    """The panel's module and style."""
    style = STATIC / "panel.css"
    return (STATIC / "panel.js").read_text("utf-8"), style.read_text("utf-8") if style.is_file() else ""


def source(token: str, *, is_first: bool) -> tuple[str, str]:
    """The module and style that a panel carries.

    Parameters
    ----------
    token : str
        The panel's own, hexadecimal; its static view of this name is hidden while the module is at work.
    is_first : bool
        Whether no other open panel carries the whole module.
    """
    hide = json.dumps(f".nbml-static-{token}, :has(> .nbml-static-{token}) {{ display: none }}")
    own = (
        f'document.head.append(Object.assign(document.createElement("style"), {{ textContent: {hide} }}));\n'
    )
    if not is_built():
        return _SENTENCE.format(words=json.dumps(text("widgets.not_built"))), ""
    if is_first:
        script, style = bundle()
        return own + script, style
    return own + _relay(), ""


def panel_module() -> str:
    """JSON of the whole module and its style, ASCII.

    Raises
    ------
    PanelError
        NBML-W58 when it is not built.
    """
    if not is_built():
        raise PanelError("NBML-W58")
    script, style = bundle()
    return json.dumps({"js": script, "css": style})


def figure_module() -> str:
    """The module that draws figures as base64 of gzip.

    Raises
    ------
    PanelError
        NBML-W58 when it is not built.
    """
    packed = STATIC / "plots.js.gz"
    if not packed.is_file():
        raise PanelError("NBML-W58")
    return base64.b64encode(packed.read_bytes()).decode("ascii")


@cache
def _relay() -> str:
    return (files(__package__) / "relay.js").read_text("utf-8")
