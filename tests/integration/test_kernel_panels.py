"""Panels in a real kernel: while a cell runs, after an interrupt, after a restart, at its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from ..unit.widgets.pages import Recorded, finished, trial
from .kernels import Kernel

SECRET = "geheim-4711"
BLOCK = "import pathlib, time\nwhile not pathlib.Path({flag!r}).exists(): time.sleep(0.02)"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home, because a kernel keeps the environment it was started with."""
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(folder))
        patch.setenv("NBML_EXECUTOR", "inline")
        patch.setenv("NBML_LANGUAGE", "en")
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        yield folder


@pytest.fixture(scope="module")
def kernel(home):
    made = Kernel()
    made.run("import nbml")
    yield made
    made.shutdown()


@pytest.fixture
def panel(kernel):
    """The channel of a fresh panel."""
    comm_id = kernel.run("panel = nbml.workbench(); print(panel.model_id)").strip()
    yield comm_id
    kernel.run("panel.close()")


@pytest.fixture
def flag(tmp_path):
    return tmp_path / "flag"


def place(kernel, message):
    return next(n for n, heard in enumerate(kernel.heard) if heard is message)


@pytest.mark.parametrize("has_published", [False, True], ids=["quiet", "a cell published"])
@pytest.mark.parametrize("is_cured", [True, False], ids=["cured", "without the cure"])
def test_a_click_on_a_subshell_is_heard_while_a_cell_runs(kernel, panel, flag, has_published, is_cured):
    """2.5: clicks run where the page asked, although a cell made the panel and published on its comm."""
    can_cure = kernel.run("print(hasattr(type(panel.comm), '_reply_subshell_for'))").strip() == "True"
    if not is_cured:
        if not can_cure:
            pytest.skip("this ipykernel runs messages where the page asks by itself")
        kernel.run("del panel.comm._reply_subshell_for")
    subshell = kernel.make_subshell()
    publish = "panel.send({'kind': 'x'})\n" if has_published else ""
    cell = kernel.start(publish + "print('begun', flush=True)\n" + BLOCK.format(flag=str(flag)))
    kernel.wait(lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == cell)
    is_its = kernel.click(panel, "hello", subshell, have={})
    if is_cured:
        kernel.wait(is_its("reply"))
        kernel.wait(is_its("answer"))
        assert not any(map(kernel.is_idle(cell), kernel.heard))
    flag.touch()
    idle = kernel.wait(kernel.is_idle(cell))
    answer = kernel.wait(is_its("answer"))
    assert (place(kernel, answer) < place(kernel, idle)) == is_cured


def test_a_click_on_the_main_shell_is_heard_after_the_cell_and_once(kernel, panel, flag):
    """ipykernel 6 and front ends without subshells: nothing is lost, nothing is done twice."""
    cell = kernel.start(BLOCK.format(flag=str(flag)))
    is_its = kernel.click(panel, "hello", have={})
    flag.touch()
    kernel.wait(is_its("answer"))
    kernel.wait(kernel.is_idle(cell))
    assert kernel.ask(panel, "hello", have={})["fault"] is None
    assert len([m for m in kernel.heard if is_its("reply")(m)]) == 1
    assert len([m for m in kernel.heard if is_its("answer")(m)]) == 1


def test_a_deleted_subshell_loses_no_click(kernel, panel):
    """2.5b: the shell that was last used is gone."""
    subshell = kernel.make_subshell()
    assert kernel.ask(panel, "hello", subshell, have={})["fault"] is None
    message = kernel.client.session.msg("delete_subshell_request", {"subshell_id": subshell})
    kernel.client.control_channel.send(message)
    kernel.client.get_control_msg(timeout=30)
    assert kernel.ask(panel, "hello", have={})["fault"] is None


def test_an_interrupt_leaves_panel_and_pump_at_work(kernel, home):
    """Interrupt a cell, then an idle kernel; events go on."""
    job = Recorded(trials=2)
    comm_id = kernel.run(f"panel = nbml.open({job.id!r}).panel(); print(panel.model_id)").strip()
    cell = kernel.start("print('begun', flush=True)\nwhile True: pass")
    kernel.wait(lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == cell)
    kernel.manager.interrupt_kernel()
    assert kernel.wait(lambda m: m["msg_type"] == "error")["content"]["ename"] == "KeyboardInterrupt"
    kernel.wait(kernel.is_idle(cell))
    kernel.heard.remove(kernel.wait(lambda m: m["msg_type"] == "error"))
    kernel.manager.interrupt_kernel()
    job.tell(*trial(2))
    batch = kernel.wait(lambda m: _custom(m).get("kind") == "events" and _custom(m)["seq_to"] == job.seq)
    assert batch["content"]["comm_id"] == comm_id
    assert kernel.ask(comm_id, "hello", have={})["value"]["job"]["seq"] == job.seq
    kernel.run("panel.close()")


def test_a_reloaded_page_is_given_all_panels_in_one_small_message(kernel, home):
    """2c: request_states over the control comm; eight panels on a job of a thousand trials."""
    job = Recorded(trials=1_000)
    ids = kernel.run(
        f"panels = [nbml.workbench(job={job.id!r}) for _ in range(8)]\nfor p in panels: print(p.model_id)"
    ).split()
    kernel.tell("control", {}, kind="comm_open", target_name="jupyter.widget.control")
    kernel.tell("control", {"method": "request_states"})
    states = kernel.wait(
        lambda m: m["msg_type"] == "comm_msg" and m["content"]["data"].get("method") == "update_states"
    )["content"]["data"]["states"]
    assert set(ids) <= set(states)
    assert len(json.dumps([states[model] for model in ids])) < 4_000_000
    study = states[ids[-1]]["state"]["snapshot"]["job"]["snapshot"]["studies"][0]
    assert (study["complete"], len(study["trials"])) == (1_000, 1_000)
    kernel.run("for p in panels: p.close()")


def test_the_static_view_follows_the_job_to_its_end(kernel, home):
    """F13: a live output, a static one under it, and the static one renewed when the job ends."""
    job = Recorded(trials=2)
    cell = kernel.start(f"panel = nbml.workbench(job={job.id!r})\npanel")
    kernel.wait(kernel.is_idle(cell))
    shown = [m for m in kernel.heard if m["parent_header"].get("msg_id") == cell]
    live, static = [m["content"] for m in shown if m["msg_type"] in ("display_data", "execute_result")]
    assert "application/vnd.jupyter.widget-view+json" in live["data"]
    assert set(static["data"]) == {"text/html", "text/plain"}
    job.finish("cancelled")
    update = kernel.wait(lambda m: m["msg_type"] == "update_display_data")["content"]
    assert update["transient"] == static["transient"]
    assert "(stopped)" in update["data"]["text/html"]
    kernel.run("panel.close()")


def test_a_restarted_kernel_shows_the_job_again(home):
    """The kernel is gone in mid-search; the job is not."""
    job = Recorded(trials=1_000)
    kernel = Kernel()
    try:
        kernel.run(f"import nbml; panel = nbml.open({job.id!r}).panel()")
        kernel.restart()
        job.tell(*trial(1_000))
        comm_id = kernel.run(
            f"import nbml; panel = nbml.workbench(job={job.id!r}); print(panel.model_id)"
        ).strip()
        state = kernel.ask(comm_id, "hello", have={job.id: 5})["value"]["job"]
        assert state["seq"] == job.seq
        assert state["snapshot"]["studies"][0]["complete"] == 1_001
    finally:
        kernel.shutdown()


def test_a_kernel_with_a_live_panel_ends_cleanly(home, tmp_path):
    """The pump ends with the interpreter: return code 0, nothing on stderr but the kernel's own notes."""
    job = Recorded(trials=2)
    errors = tmp_path / "stderr"
    with errors.open("wb") as file:
        kernel = Kernel(stderr=file)
        kernel.run(f"import nbml; panel = nbml.workbench(job={job.id!r})")
        code = kernel.shutdown()
    words = errors.read_text()
    assert code == 0
    assert "Traceback" not in words
    assert "nbml" not in words


def test_a_saved_notebook_has_the_result_and_no_rows(home, tmp_path):
    """F13, S4: run, saved with its widget state, turned into a page without a kernel."""
    job = finished("強度")
    cells = [
        nbformat.v4.new_code_cell(f"import nbml, pandas as pd; s = {SECRET[:7]!r} + {SECRET[7:]!r}"),
        nbformat.v4.new_code_cell(
            f"panel = nbml.workbench(pd.DataFrame({{'who': [s] * 9, 'x': range(9)}}), job={job.id!r})\npanel"
        ),
        nbformat.v4.new_code_cell("panel.close()"),
    ]
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    path = tmp_path / "saved.ipynb"
    nbformat.write(book, path)
    saved = path.read_text(encoding="utf-8")
    assert SECRET not in saved
    assert "3.9 ± 0.3" in saved
    book.metadata.pop("widgets", None)
    html, _ = HTMLExporter().from_notebook_node(book)
    assert html.count("nbml-static nbml-static-") == 1
    assert "3.9 ± 0.3" in html


def test_a_panel_loads_nothing_heavy(home):
    """A panel is drawn before Ray, MLflow, a booster or even pandas is loaded."""
    code = (
        "import sys, nbml; p = nbml.workbench(); p.close();"
        "print(*sorted(set(sys.argv[1:]) & set(sys.modules)))"
    )
    heavy = ("ray", "mlflow", "lightgbm", "catboost", "xgboost", "shap", "plotly", "pandas", "scipy")
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == "\n"


def _custom(message):
    data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
    return data.get("content", {}) if data.get("method") == "custom" else {}
