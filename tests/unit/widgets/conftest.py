import comm
import pytest

import nbml
from nbml.widgets.pump import PUMP

from .pages import Page, PageComm


@pytest.fixture(autouse=True)
def _inline(monkeypatch, nbml_home):
    monkeypatch.setenv("NBML_EXECUTOR", "inline")
    monkeypatch.setattr(comm, "create_comm", lambda **keys: PageComm(**keys))


@pytest.fixture
def show():
    """Opens panels and pages on them; all are closed at the end, and nothing was refused on the way."""
    panels = []

    def open_panel(*arguments, view="v", **options):
        panels.append(nbml.workbench(*arguments, **options))
        return Page(panels[-1], view)

    yield open_panel
    for panel in panels:
        channel = panel.comm
        panel.close()
        assert channel is None or channel.refused == []
    thread = PUMP.thread
    if thread is not None:
        thread.join(10)
    assert PUMP.thread is None
