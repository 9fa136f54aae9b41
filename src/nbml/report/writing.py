"""The report's file: contents in a template that escapes everything, with the figures' own code inside.

The page asks nothing of any network: a policy in its head forbids it.
"""

from __future__ import annotations

import base64
import secrets
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nbml.durable import write_text
from nbml.errors import PanelError
from nbml.i18n import language as spoken
from nbml.i18n import speaking, text
from nbml.report.contents import Tell, contents

if TYPE_CHECKING:
    from nbml.jobs.job import Job

Theme = Literal["auto", "light", "dark"]


def write_report(job: Job, path: str | Path, *, language: str | None = None, theme: Theme = "auto") -> Path:
    """Write a finished training as one HTML file that opens without a network.

    Parameters
    ----------
    job : Job
        One with a result.
    path : str or Path
        The file; written whole or not at all, an older one is replaced.
    language : {"en", "ja"}, optional
        The one in force when left out.
    theme : {"auto", "light", "dark"}
        auto follows the reader's system.

    Returns
    -------
    Path

    Raises
    ------
    JobError
        NBML-J05 where the job left no result.
    PanelError
        NBML-V07 where the figures' code was not built.
    """
    target = Path(path).expanduser()
    write_text(target, render_report(job, language=language, theme=theme))
    return target


def render_report(
    job: Job, *, language: str | None = None, theme: Theme = "auto", tell: Tell = lambda _done, _total: None
) -> str:
    """The page of ``write_report``, as text; `tell` hears of every target."""
    from jinja2 import Environment, StrictUndefined

    template = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["script"] = _inert
    with speaking(language or spoken()):
        return environment.from_string(template).render(
            all=contents(job, tell),
            language=language or spoken(),
            theme=theme,
            t=lambda key: text(f"report.{key}"),
            plots=_plots(),
            nonce=secrets.token_hex(16),
        )


def _plots() -> str:
    """The code that draws figures, gzip in base64."""
    built = files("nbml.widgets").joinpath("static", "plots.js.gz")
    if not built.is_file():
        raise PanelError("NBML-V07")
    return base64.b64encode(built.read_bytes()).decode("ascii")


def _inert(json: str) -> object:
    """JSON that no browser takes for markup, wherever it stands in a page."""
    from markupsafe import Markup

    for sign in "<>&\u2028\u2029":
        json = json.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(json)
