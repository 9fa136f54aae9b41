"""The bundle on disk: sealed files, no surprises, written in any order, opened with suspicion."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbml.errors import EngineError, ModelError
from nbml.ml.bundle.manifest import Manifest, ModelCard, Seal
from nbml.ml.bundle.places import fold_part
from nbml.ml.bundle.reader import open_bundle
from nbml.ml.bundle.whole import write_bundle
from nbml.ml.bundle.writer import BundleWriter
from nbml.ml.encoder import Encoder

FRAME = pd.DataFrame({"温度[℃]": [1.0, 2.0, 3.0, 4.0], "a,b": ["x", "y", None, "x"]})
ENCODER = Encoder.learn(FRAME, [("温度[℃]", "number"), ("a,b", "category")])
X = ENCODER.encode(FRAME).X
TARGETS = ["y<b>", "強度"]
FOLDS = (0, 2, 10)


class Linear:
    """The smallest model there is: a slope on the first column."""

    def __init__(self, slope):
        self.slope = slope

    def predict(self, X, *, threads=1):
        return self.slope * X[:, 0]

    def files(self):
        return {"model.json": json.dumps(self.slope).encode(), "more.txt": b"\x00\xff"}


class LinearFamily:
    loads = 0

    def load(self, files):
        LinearFamily.loads += 1
        return Linear(json.loads(files["model.json"]))


def load(name):
    assert name in {"linear", "other"}
    return LinearFamily()


def cards():
    return [
        ModelCard(0, "linear", {"n": np.int64(3)}, {"rmse": 0.5, "r2": None}, chosen=True),
        ModelCard(0, "other"),
        ModelCard(1, "linear", chosen=True),
    ]


def pieces():
    slopes = iter(range(1, 100))
    return {
        (card.target, card.family, part): Linear(next(slopes)).files()
        for card in cards()
        for part in ["final", *map(fold_part, FOLDS)]
    }


def finish(writer, **changes):
    writer.finish(**{"encoder": ENCODER, "targets": TARGETS, "cards": cards(), "golden": X, **changes})


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "models"
    write_bundle(folder, pieces(), encoder=ENCODER, targets=TARGETS, cards=cards(), golden=X, load=load)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    return Path(shutil.copytree(written, tmp_path / "models"))


def opened(folder):
    return open_bundle(folder, load=load)


def refused(folder, code):
    """Neither opens nor reaches a library."""
    before = LinearFamily.loads
    with pytest.raises(ModelError) as caught:
        opened(folder)
    assert caught.value.code == code
    assert LinearFamily.loads == before
    assert "?" not in caught.value.message
    return caught.value


def contents(folder):
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_what_is_written_is_read(folder):
    bundle = opened(folder)
    assert bundle.targets == tuple(TARGETS)
    assert bundle.encoder == ENCODER
    assert bundle.cards[0].scores == {"rmse": 0.5, "r2": None}
    assert bundle.cards[0].params == {"n": 3}
    assert bundle.parts(bundle.cards[0]) == ("fold-0", "fold-2", "fold-10", "final")
    assert [bundle.model(card, "final").slope for card in bundle.cards] == [1, 5, 9]
    assert bundle.background is None
    assert bundle.notes == ()
    bundle.verify()


def test_models_are_loaded_when_asked_for_and_once(folder):
    bundle = opened(folder)
    before = LinearFamily.loads
    threads = [threading.Thread(target=bundle.model, args=(bundle.cards[0], "final")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert LinearFamily.loads == before + 1


def test_the_same_job_writes_the_same_bytes_in_any_order(folder, tmp_path):
    writer = BundleWriter(tmp_path / "again", load=load)
    for (target, family, part), files in reversed(pieces().items()):
        writer.add(target, family, part, dict(reversed(files.items())))
    finish(writer)
    assert contents(tmp_path / "again") == contents(folder)
    assert opened(tmp_path / "again").digest == opened(folder).digest


def test_adding_again_changes_nothing_and_a_better_trial_replaces(tmp_path):
    writer = BundleWriter(tmp_path / "models", load=load)
    writer.add(0, "linear", "final", Linear(1).files())
    inode = (writer.folder / "0-linear/final").stat().st_ino
    writer.add(0, "linear", "final", Linear(1).files())
    assert (writer.folder / "0-linear/final").stat().st_ino == inode
    writer.add(0, "linear", "final", {"model.json": b"2"})
    finish(writer, cards=[ModelCard(0, "linear")])
    bundle = opened(writer.folder)
    assert bundle.model(bundle.cards[0], "final").slope == 2
    assert set(contents(writer.folder)) == {"encoder.json", "manifest.json", "0-linear/final/model.json"}


def test_a_finished_folder_is_adopted_by_a_rename_and_only_once(tmp_path):
    writer = BundleWriter(tmp_path / "models", load=load)
    piece = tmp_path / "trial"
    for _ in range(2):  # once more after a restart
        piece.mkdir()
        for name, content in Linear(7).files().items():
            (piece / name).write_bytes(content)
        writer.adopt(0, "linear", "fold-0", piece)
        assert not piece.exists()
    writer.adopt(0, "linear", "fold-0", piece)
    assert writer.parts() == [(0, "linear", "fold-0")]
    with pytest.raises(ModelError, match="NBML-M53"):
        writer.adopt(0, "linear", "fold-1", piece)


@pytest.mark.parametrize("stray", ["model.pkl", "model.joblib", "a.txt.pickle", "sub/model.json", ".hidden"])
def test_a_folder_with_anything_else_is_not_adopted(tmp_path, stray):
    """S10."""
    piece = tmp_path / "trial"
    (piece / stray).parent.mkdir(parents=True)
    (piece / stray).write_bytes(b"x")
    with pytest.raises(ModelError, match="NBML-M54"):
        BundleWriter(tmp_path / "models", load=load).adopt(0, "linear", "final", piece)
    assert (piece / stray).exists()


@pytest.mark.parametrize("link", ["folder", "file"])
def test_links_are_not_adopted(tmp_path, link):
    """S8."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/model.json").write_bytes(b"1")
    piece = tmp_path / "trial"
    if link == "folder":
        piece.symlink_to(tmp_path / "outside")
    else:
        piece.mkdir()
        (piece / "model.json").symlink_to(tmp_path / "outside/model.json")
    with pytest.raises(ModelError, match="NBML-M54"):
        BundleWriter(tmp_path / "models", load=load).adopt(0, "linear", "final", piece)
    assert (tmp_path / "outside/model.json").exists()


HOSTILE = [
    "../../x",
    "..\\..\\x",
    "%2e%2e/",
    "%252e%252e/",
    "/etc/passwd",
    "C:\\x",
    "\\\\host\\x",
    "a/../../b",
    "a\0b",
    "CON",
    ".",
    "..",
    "",
    "a" * 300,
    "model.txt.",
    "model.txt ",
    "Model",
    "model.pkl",
    "con.json",
    "Nul.txt",
    "model.json/",
    "mödel.json",
    "-model.json",
    "model.JSON",
    "model.json\n",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_are_paths_or_no_models_are_refused(tmp_path, folder, name):
    """S7, S9, S10: as family, part and file, at writing and in a manifest."""
    writer = BundleWriter(tmp_path / "new", load=load)
    for args in (
        (0, name, "final", {"m.txt": b""}),
        (0, "linear", name, {"m.txt": b""}),
        (0, "linear", "final", {name: b""}),
        (-1, "linear", "final", {"m.txt": b""}),
    ):
        with pytest.raises(ModelError, match="NBML-M54"):
            writer.add(*args)
    assert not writer.folder.exists()
    for path in (name, f"0-linear/final/{name}", f"0-linear/{name}", f"0-{name}/final/model.json"):
        change(folder, lambda said, path=path: said["files"].update({path: {"sha256": "0" * 64, "size": 0}}))
        refused(folder, "NBML-M51")


def change(folder, how):
    """Rewrite the manifest, from its first state, as a careless or hostile hand would."""
    path = folder / "manifest.json"
    original = folder.parent / "original.json"
    if not original.exists():
        shutil.copy(path, original)
    said = json.loads(original.read_bytes())
    new = how(said)
    path.write_text(json.dumps(said if new is None else new))


CHANGES = {
    "not a dict": lambda said: [said],
    "field more": lambda said: said.update(more=1),
    "field less": lambda said: said.pop("golden") and said,
    "no target": lambda said: said.update(targets=[]),
    "target twice": lambda said: said.update(targets=["y", "y"]),
    "target no text": lambda said: said.update(targets=[1, 2]),
    "model twice": lambda said: said["models"].append(said["models"][0]),
    "two chosen": lambda said: said["models"][1].update(chosen=True),
    "unknown target": lambda said: said["models"][0].update(target=2),
    "target true": lambda said: said["models"][0].update(target=True),
    "model without files": lambda said: said["models"][0].update(family="nothing"),
    "family a path": lambda said: said["models"][0].update(family="../../x"),
    "model field more": lambda said: said["models"][0].update(pickle="x"),
    "files without a model": lambda said: said["models"].pop() and said,
    "no encoder": lambda said: said["files"].pop("encoder.json") and said,
    "size negative": lambda said: said["files"]["encoder.json"].update(size=-1),
    "sha short": lambda said: said["files"]["encoder.json"].update(sha256="00"),
    "golden ragged": lambda said: said["golden"]["rows"][0].append(1.0),
    "golden text": lambda said: said["golden"]["rows"].append("ab"),
    "golden huge": lambda said: said["golden"]["rows"][0].__setitem__(0, 10**400),
    "golden elsewhere": lambda said: said["golden"]["predictions"].update({"../x": [1.0, 1.0, 1.0]}),
    "golden short": lambda said: said["golden"]["predictions"].update({"0-linear/final": [1.0]}),
    "golden null": lambda said: said["golden"]["predictions"].update({"0-linear/final": [None] * 3}),
    "golden width": lambda said: said["golden"].update(rows=[[1.0], [1.0], [1.0]]),
    "versions no text": lambda said: said["versions"].update(nbml=1),
}


@pytest.mark.parametrize("how", CHANGES.values(), ids=CHANGES)
def test_a_manifest_that_nbml_would_not_write_is_refused(folder, how):
    change(folder, how)
    refused(folder, "NBML-M51")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b'{"schema": "nbml.model/1", "schema": "nbml.model/1"}',
        b"[" * 100_000,
        b"NaN",
        b'{"a": 1e999}',
        '{"ä": 1}'.encode(),
    ],
)
def test_a_manifest_that_is_no_plain_json_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    refused(folder, "NBML-M51")


def test_another_schema_is_named_with_the_version_that_made_it(folder):
    """F27."""
    change(folder, lambda said: said.update(schema="nbml.model/9", versions={"nbml": "9.1"}))
    assert refused(folder, "NBML-M56").fields == {"schema": "nbml.model/9", "made": "9.1"}


@pytest.mark.parametrize(
    "where",
    [
        "x.txt",
        "0-linear/final/x.txt",
        "0-linear/x.txt",
        "0-linear/final/model.pkl",
        ".DS_Store",
        "background.json",
        "2-linear/final/model.json",
    ],
)
def test_unknown_files_are_refused(folder, where):
    """S9, S10."""
    (folder / where).parent.mkdir(parents=True, exist_ok=True)
    (folder / where).write_bytes(b"x")
    assert refused(folder, "NBML-M54").fields["file"] == where


@pytest.mark.parametrize(
    "where", ["0-linear/final/model.json", "encoder.json", "manifest.json", "0-linear/final", "0-linear"]
)
def test_links_are_refused_even_to_the_same_content(folder, tmp_path, where):
    """S8."""
    outside = tmp_path / "outside"
    (folder / where).rename(outside)
    (folder / where).symlink_to(outside)
    refused(folder, "NBML-M54")


def test_pipes_are_refused_without_waiting(folder):
    """S8, R30."""
    os.mkfifo(folder / "0-linear/final/pipe.txt")
    refused(folder, "NBML-M54")
    (folder / "manifest.json").unlink()
    os.mkfifo(folder / "manifest.json")
    refused(folder, "NBML-M50")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[:0],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content + b"\0",
    ],
)
@pytest.mark.parametrize("where", ["0-linear/final/more.txt", "1-linear/fold-10/model.json", "encoder.json"])
def test_a_changed_file_is_refused_before_it_is_parsed(folder, where, damage):
    """F25, S11: also when it is changed after the bundle was opened."""
    bundle = opened(folder)
    (folder / where).write_bytes(damage((folder / where).read_bytes()))
    assert refused(folder, "NBML-M52").fields["file"] == where
    if where != "encoder.json":
        with pytest.raises(ModelError, match="NBML-M52"):
            bundle.verify()


@pytest.mark.parametrize("where", ["0-linear/final/model.json", "encoder.json", "1-linear"])
def test_missing_files_are_named(folder, where):
    bundle = opened(folder)
    shutil.rmtree(folder / where) if (folder / where).is_dir() else (folder / where).unlink()
    refused(folder, "NBML-M53")
    if where != "encoder.json":
        with pytest.raises(ModelError, match="NBML-M53"):
            bundle.verify()


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path):
    """F23: a job that was killed before the end."""
    writer = BundleWriter(tmp_path / "models", load=load)
    writer.add(0, "linear", "final", Linear(1).files())
    refused(writer.folder, "NBML-M50")
    refused(tmp_path / "nowhere", "NBML-M50")


def test_another_answer_to_the_golden_rows_is_an_error(folder):
    """P13: what another version of a library makes of the same file."""

    class Other(LinearFamily):
        def load(self, files):
            return Linear(super().load(files).slope * self.factor)

    for factor, right in ((1 + 1e-7, True), (1 + 2e-6, False), (np.nan, False)):
        Other.factor = factor
        bundle = open_bundle(folder, load=lambda _: Other())
        if right:
            bundle.verify()
        else:
            with pytest.raises(ModelError, match="NBML-M55") as caught:
                bundle.model(bundle.cards[0], "final")
            assert caught.value.fields["part"] == "0-linear/final"
            assert "nbml" in caught.value.fields["made"]


def test_a_newer_nbml_is_a_note(folder):
    """P13."""
    change(folder, lambda said: said["versions"].update(nbml="999.0"))
    (note,) = opened(folder).notes
    assert note.code == "NBML-P22"
    assert note.fields["made"] == "999.0"
    change(folder, lambda said: said["versions"].update(nbml="0.0.1"))
    assert opened(folder).notes == ()


def test_golden_predictions_are_of_folds_where_no_final_model_is(tmp_path):
    writer = BundleWriter(tmp_path / "models", load=load)
    for k in range(2):
        writer.add(0, "linear", fold_part(k), Linear(k + 1).files())
    finish(writer, cards=[ModelCard(0, "linear")])
    said = json.loads((writer.folder / "manifest.json").read_bytes())
    assert said["golden"]["predictions"] == {"0-linear/fold-0": [1, 2, 3], "0-linear/fold-1": [2, 4, 6]}
    assert said["golden"]["rows"] == [[1, 0], [2, 1], [3, None]]


def test_a_background_is_kept_when_given(tmp_path):
    writer = BundleWriter(tmp_path / "models", load=load)
    finish(writer, cards=[], background=X)
    np.testing.assert_array_equal(opened(writer.folder).background, X)


def test_a_finished_bundle_never_changes(folder):
    """P14."""
    before = contents(folder)
    writer = BundleWriter(folder, load=load)
    for (target, family, part), files in pieces().items():
        writer.add(target, family, part, files)
    finish(writer)
    for act in (
        lambda: writer.add(0, "linear", "final", Linear(99).files()),
        lambda: writer.add(0, "new", "final", Linear(99).files()),
        lambda: finish(writer, targets=["z", "w"]),
        lambda: finish(writer, background=X),
        lambda: write_bundle(folder, {}, encoder=ENCODER, targets=TARGETS, cards=[], golden=X),
    ):
        with pytest.raises(ModelError, match="NBML-M58"):
            act()
    assert contents(folder) == before
    assert {path.name for path in folder.parent.iterdir()} == {"models"}


def test_what_killed_writers_left_is_swept_and_models_without_a_card_go(tmp_path):
    """F23."""
    writer = BundleWriter(tmp_path / "models", load=load)
    for target in (0, 1):
        writer.add(target, "linear", "final", Linear(1).files())
    (writer.folder / f".{'0' * 32}").mkdir()
    (writer.folder / f".{'0' * 32}/model.json").write_bytes(b"half")
    (writer.folder / ".manifest.json.0a1b2c3d").write_bytes(b"half")
    (writer.folder / "encoder.json").write_bytes(b"older")
    finish(writer, cards=[ModelCard(0, "linear")])
    assert set(contents(writer.folder)) == {
        "encoder.json",
        "manifest.json",
        "0-linear/final/model.json",
        "0-linear/final/more.txt",
    }
    opened(writer.folder)


def test_a_folder_of_the_users_is_never_swept(tmp_path):
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(ModelError, match="NBML-M54"):
        finish(BundleWriter(tmp_path, load=load), cards=[])
    assert (tmp_path / "thesis.docx").exists()


def test_a_card_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="NBML-M53"):
        finish(BundleWriter(tmp_path / "models", load=load))


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_a_full_disk_leaves_the_old_model_and_nothing_half_made(tmp_path, monkeypatch, call):
    """F20."""
    writer = BundleWriter(tmp_path / "models", load=load)
    writer.add(0, "linear", "final", Linear(1).files())
    before = contents(tmp_path)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "rename":
        monkeypatch.setattr(Path, "rename", full)
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "open", full)
    with pytest.raises(EngineError, match="NBML-E01") as caught:
        writer.add(0, "linear", "final", Linear(2).files())
    assert caught.value.fields["path"].endswith("0-linear/final")
    monkeypatch.undo()
    assert contents(tmp_path) == before
    assert [path.name for path in writer.folder.iterdir()] == ["0-linear"]


def test_a_second_rename_that_fails_puts_the_old_model_back(tmp_path, monkeypatch):
    """F20: the old one has been moved aside already."""
    writer = BundleWriter(tmp_path / "models", load=load)
    writer.add(0, "linear", "final", Linear(1).files())
    before = contents(tmp_path)
    rename, calls = Path.rename, []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(EngineError, match="NBML-E02"):
        writer.add(0, "linear", "final", Linear(2).files())
    assert contents(tmp_path) == before


def test_the_digest_is_that_of_the_manifest(folder):
    assert opened(folder).digest == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


TEXTS = st.text(st.characters(exclude_categories=()), max_size=10)


@given(
    st.lists(TEXTS, min_size=1, max_size=4, unique=True),
    st.dictionaries(TEXTS, st.floats(allow_nan=False, allow_infinity=False) | st.none() | TEXTS),
)
def test_manifests_survive_any_name_and_value(targets, params):
    """D29, D36, D37."""
    files = {"encoder.json": Seal("0" * 64, 0), "0-linear/final/model.txt": Seal("f" * 64, 2**40)}
    manifest = Manifest(
        tuple(targets),
        (ModelCard(0, "linear", params),),
        files,
        [[1.5, None]],
        {"0-linear/final": [0.1]},
        {"nbml": "1"},
    )
    assert Manifest.from_json(manifest.to_json()) == manifest
