"""A browser, a server and the built wheel: what a person has, and nothing more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ..conftest import end_head
from .lab import Lab
from .notebook import Notebook

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "nbml" / "widgets" / "static"
SHOTS = Path(os.environ.get("NBML_SCREENSHOTS", ROOT / "build" / "screenshots"))
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
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile that can reach loopback only; what it asks of others fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB")
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
def lab(tmp_path_factory: pytest.TempPathFactory, wheel_python: str) -> Iterator[Lab]:
    """JupyterLab in its light theme, with kernels that have the wheel."""
    with Lab(tmp_path_factory.mktemp("lab"), kernel_python=wheel_python) as lab:
        yield lab
    end_head(lab.home)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no dialog may open and no script may fail."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    yield page
    assert faults == []


@pytest.fixture
def notebook(lab: Lab, page: Page, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook of this test, open in JupyterLab; its kernel ends with it."""
    book = Notebook(lab, page, request.node.name)
    yield book
    book.close()


@pytest.fixture
def shoot(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """Keep a picture of what a person sees, by name, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(target, name: str) -> Path:  # type: ignore[no-untyped-def]
        path = SHOTS / f"{name}.png"
        target.screenshot(path=path)
        return path

    return shoot
