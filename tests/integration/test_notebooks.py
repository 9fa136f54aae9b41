"""The notebooks that people are given run from top to bottom, and say in the end what they promise."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from ..conftest import end_head

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home and one cluster for all of them."""
    folder = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(folder / "nbml_home"))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        yield folder
        end_head(folder / "nbml_home")


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, home, tmp_path):
    """Executed as written; its panels have a live view and a static one."""
    book = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, timeout=600, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    shown = [set(output.data) for output in outputs if "data" in output]
    live = [kinds for kinds in shown if "application/vnd.jupyter.widget-view+json" in kinds]
    static = [kinds for kinds in shown if kinds == {"text/html", "text/plain"}]
    panels = [cell for cell in book.cells if cell.cell_type == "code" and _shows_a_panel(cell.source)]
    assert panels
    assert len(live) == len(panels)
    assert len(static) >= len(panels)
    assert [
        output.name for output in outputs if output.output_type == "stream" and output.name == "stderr"
    ] == []
    assert list(tmp_path.iterdir()) == [], "something is written into the working directory"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path):
    """Without outputs, numbers or a machine's name in it."""
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert set(book.metadata) <= {"kernelspec", "language_info"}
    for cell in book.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def _shows_a_panel(source):
    last = source.strip().splitlines()[-1]
    return last == "panel" or "panel()" in last or last.startswith("nbml.panels.")
