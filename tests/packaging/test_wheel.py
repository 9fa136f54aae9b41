"""What is shipped: the wheel has every file, and imports by itself."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = "nbml/widgets/static/"
PANEL_MOST = 400_000


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sdist of this tree and the wheel made from that sdist."""
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("no Node to make the panels with")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def tree() -> set[str]:
    """Files of the package as a wheel names them."""
    package = ROOT / "src" / "nbml"
    return {
        file.relative_to(ROOT / "src").as_posix()
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_wheel_is_the_package_and_its_licence(shipped):
    with zipfile.ZipFile(next(shipped.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(next(name for name in names if name.endswith("/METADATA"))).decode()
        entry_points = wheel.read(next(name for name in names if name.endswith("/entry_points.txt"))).decode()
    assert {name for name in names if ".dist-info/" not in name} == tree()
    assert "nbml/py.typed" in names
    assert {f"nbml/i18n/{lang}/cli.json" for lang in ("en", "ja")} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "License-Expression: Apache-2.0" in metadata
    assert "nbml = nbml.cli:main" in entry_points


def test_the_wheel_carries_the_panels(shipped):
    """Whole, within their budget, and asking nothing of a network by itself."""
    with zipfile.ZipFile(next(shipped.glob("*.whl"))) as wheel:
        panel, style, packed = (
            wheel.read(f"{STATIC}{name}") for name in ("panel.js", "panel.css", "plots.js.gz")
        )
        assert f"{STATIC}built.json" in wheel.namelist()
    assert 20_000 < len(panel) <= PANEL_MOST
    assert b"export{" in panel
    assert b".nbml" in style
    assert 300_000 < len(packed) < 1_000_000
    plots = gzip.decompress(packed)
    for script in (panel, plots):
        assert b"eval(" not in script.replace(b".eval(", b"")
        assert b"new Function" not in script
    assert b"https://" not in panel.replace(b"https://preactjs.com", b"")


def test_the_sdist_can_be_tested_by_who_gets_it(shipped):
    with tarfile.open(next(shipped.glob("*.tar.gz"))) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {"js/package-lock.json", "js/build.mjs", "js/src/panel.ts", "js/tests/panel.test.ts"} <= names
    assert not [name for name in names if "node_modules" in name]
    assert {"Makefile", "constraints.txt", "hatch_build.py", "scripts/setup.sh", "tests/conftest.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]


def test_the_wheel_imports_from_where_it_is_installed(shipped, tmp_path):
    wheel = next(shipped.glob("*.whl"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*install, str(tmp_path), str(wheel)], check=True, capture_output=True)
    code = "import nbml.cli as cli; print(cli.__file__, flush=True); cli.main(['--help'])"
    command = [
        sys.executable,
        "-P",
        "-c",
        f"import sys; sys.path.insert(0, sys.argv[1]); {code}",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert Path(done.stdout.splitlines()[0]).is_relative_to(tmp_path)
    assert "nbml demo" in done.stdout
