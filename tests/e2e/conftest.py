"""A browser, a server and the built wheel: what a person has, and nothing more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from nbml.engine.lease import Lease

from ..unit.widgets.pages import Recorded
from .lab import Lab
from .notebook import Notebook
from .workbench import Workbench

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "nbml" / "widgets" / "static"
SHOTS = Path(os.environ.get("NBML_SCREENSHOTS", ROOT / "build" / "screenshots"))
FAILED = pytest.StashKey[bool]()
INLINE = {"NBML_EXECUTOR": "inline", "NBML_WARM_UP": "0"}
"""Surroundings of kernels where the cluster is not the subject."""
TABLE = """import nbml
from sklearn.datasets import load_diabetes
frame = load_diabetes(as_frame=True, scaled=False).frame"""
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader", "--use-gl=angle",
    "--use-angle=swiftshader",
)  # fmt: skip


def _missing(what: str) -> None:
    """Skip on a person's machine; fail where everything was to be there."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    found = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if found is None:
        _missing("no Chromium on this machine: apt install chromium")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def locale() -> str:
    """The browser's language."""
    return "en-GB"


@pytest.fixture
def context(browser: Browser, locale: str) -> Iterator[BrowserContext]:
    """A fresh profile that can reach loopback only; what it asks of others fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale=locale)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    strangers: list[str] = []

    def refuse(route):  # type: ignore[no-untyped-def]
        strangers.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(("http://127.0.0.1", "blob:", "data:")), refuse)
    yield context
    context.close()
    assert strangers == []


@pytest.fixture(scope="session")
def wheel_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with nbml from its wheel, not from this checkout; the libraries are the tests' own."""
    if not (STATIC / "panel.js").exists():
        _missing("the panels are not built: make js")
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = place.glob("*.whl")
    home = place / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    own = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
    )  # fmt: skip
    shutil.unpack_archive(wheel, own, "zip")
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = subprocess.run(
        [python, "-c", "import nbml; print(nbml.__file__)"], check=True, capture_output=True, text=True
    )
    assert where.stdout.startswith(str(own)), "the wheel is not what is imported"
    return str(python)


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, wheel_python: str, request: pytest.FixtureRequest
) -> Iterator[Lab]:
    """JupyterLab in its light theme, with kernels that have the wheel; a module's SURROUNDINGS are theirs."""
    surroundings = getattr(request.module, "SURROUNDINGS", {})
    folder = tmp_path_factory.mktemp("lab")
    with Lab(folder, kernel_python=wheel_python, environment=surroundings) as lab:
        yield lab


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Let the page know how its test went."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on which no dialog may open and no script may fail; it may be left with a notebook unsaved."""
    page = context.new_page()
    faults: list[str] = []

    def refuse(dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        faults.append(dialog.message)
        dialog.dismiss()

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", refuse)
    yield page
    _keep_failure(request, page)
    assert faults == []


def _keep_failure(request: pytest.FixtureRequest, page: Page) -> None:
    if FAILED in request.node.stash and not page.is_closed():
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"failed_{request.node.name}.png")


@pytest.fixture
def notebook(lab: Lab, page: Page, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook of this test, open in JupyterLab; its kernel ends with it."""
    book = Notebook(lab, page, request.node.name)
    yield book
    _keep_failure(request, page)
    book.close()


@pytest.fixture
def recorded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recorded]:
    """Makes jobs that run for all that can be seen; the test writes their events."""
    monkeypatch.setenv("NBML_HOME", str(lab.home))

    def make(*args: object, **keys: object) -> Recorded:
        job = Recorded(*args, **keys)
        Lease(job.folder.lease)
        return job

    return make


@pytest.fixture
def bench(notebook: Notebook) -> Workbench:
    """The first panel of the notebook, once there is one."""
    return Workbench(notebook.panel)


@pytest.fixture
def shoot(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """Keep a picture of what a person sees, by name, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(target, name: str) -> Path:  # type: ignore[no-untyped-def]
        path = SHOTS / f"{name}.png"
        target.screenshot(path=path)
        return path

    return shoot
