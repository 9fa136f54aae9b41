"""Files that are made from others and kept say what those say now."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "js"


def script(name: str) -> ModuleType:
    """A file of this checkout outside the package, as a module."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, ROOT / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needs_node() -> str:
    """Node with what js/ needs, or a skip; in CI it must be there."""
    node = shutil.which("node")
    if node is None or not (JS / "node_modules").is_dir():
        if os.environ.get("CI"):
            pytest.fail("Node and js/node_modules are needed: make js")
        pytest.skip("no Node, or js/node_modules is missing: make js")
    return node


def test_types_of_the_wire_are_those_of_the_spec():
    """What the panels take a message for is what the kernel sends."""
    command = [needs_node(), "scripts/types.mjs", "--check"]
    env = os.environ | {"PYTHON": sys.executable}
    done = subprocess.run(command, cwd=JS, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_random_logs_end_as_the_reducer_ends_them():
    """The logs that vitest reads are those that Python's reducer makes."""
    made = script("scripts/random_events.py")
    kept = {file.name: file.read_text(encoding="utf-8") for file in made.FOLDER.iterdir()}
    assert kept == made.logs()


def test_both_sides_know_when_bundles_are_old(tmp_path):
    """The build hook and js/build.mjs hash the same files in the same order."""
    node = needs_node()
    code = 'import { fingerprint } from "./scripts/fingerprint.mjs"; console.log(fingerprint())'
    command = [node, "--input-type=module", "-e", code]
    done = subprocess.run(command, cwd=JS, capture_output=True, text=True, check=True)
    assert script("hatch_build.py").fingerprint(ROOT) == done.stdout.strip()


def test_a_wheel_without_panels_is_refused(tmp_path, monkeypatch):
    """No Node, no bundles: a plain sentence, no wheel."""
    hook = script("hatch_build.py")
    for folder in ("js/src", "js/scripts", "src/nbml/i18n/en", "src/nbml/i18n/ja"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("js/build.mjs", "js/package-lock.json", "js/src/panel.ts", "src/nbml/py.typed"):
        (tmp_path / file).touch()
    for lang in hook.LANGUAGES:
        (tmp_path / "src/nbml/i18n" / lang / "panel.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    check = hook.CompleteTree(str(tmp_path), {}, None, None, "", "wheel")
    with pytest.raises(RuntimeError, match="Install Node and run `make js`"):
        check.initialize("standard", {})
    check.initialize("editable", {})

    static = tmp_path / "src/nbml/widgets/static"
    static.mkdir(parents=True)
    for name in hook.BUNDLES:
        (static / name).touch()
    (static / "built.json").write_text(f'{{"made_from": "{hook.fingerprint(tmp_path)}"}}', encoding="utf-8")
    packed: dict[str, list[str]] = {}
    check.initialize("standard", packed)
    assert packed == {"artifacts": ["/src/nbml/widgets/static/*"]}

    (tmp_path / "js/src/panel.ts").write_text("changed", encoding="utf-8")
    with pytest.raises(RuntimeError, match="older than js/"):
        check.initialize("standard", {})
