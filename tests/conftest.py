"""What all tests share: a home of their own, the real data beside the project, no head left behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

TESTS = Path(__file__).resolve().parent
DATA = TESTS.parents[1] / "shared" / "data"
hypothesis.settings.register_profile("nbml", deadline=None)  # machines are shared: no test is about its speed
hypothesis.settings.load_profile("nbml")


BEAR_COMPANY = {"tests/integration/test_ray_head.py", "tests/integration/test_submit.py"}
"""Files whose clusters are small and mostly waited for, so that another one or a browser may run beside."""


@cache
def needs_the_machine(file: str) -> bool:
    """Whether tests of a file start browsers or clusters, which bear no other one beside them."""
    if file in BEAR_COMPANY:
        return False
    return file.startswith("tests/e2e/") or "pytest.mark.ray" in (TESTS.parent / file).read_text("utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first."""
    items.sort(key=lambda item: not needs_the_machine(item.nodeid.partition("::")[0]))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With two processes, one takes what starts clusters and browsers in turn, the other the rest by file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByNeed(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "the machine" if needs_the_machine(file) else file

    config.option.loadscopereorder = False
    return ByNeed(config, log)


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the user's home, cluster or language; a head started on the way is ended."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("NBML_") or name == "RAY_ADDRESS"]:
            patch.delenv(name)
        patch.setenv("NBML_HOME", str(home))
        patch.setenv("NBML_LANGUAGE", "en")
        yield
        end_head(home)


@pytest.fixture
def nbml_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh NBML_HOME for one test; the head that the test starts in it ends with the test."""
    home = tmp_path / "nbml_home"
    monkeypatch.setenv("NBML_HOME", str(home))
    yield home
    end_head(home)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real tables that stand beside the project."""
    if not DATA.is_dir():
        pytest.skip(f"real tables are not at {DATA}")
    return DATA


def end_head(home: Path) -> None:
    """Leave the cluster of a home and end it with all its processes, if there is one."""
    if not (home / "engine").exists():
        return
    if (ray := sys.modules.get("ray")) is not None and ray.is_initialized():
        ray.shutdown()
    from nbml.engine.cluster import stop_head
    from nbml.settings import Settings

    stop_head(Settings(home=home))
