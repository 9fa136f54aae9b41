"""S7, S8, S22: what a page may open and leave behind. Ids and names never become paths unchecked."""

import base64
import hashlib
import os
import stat
import time

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbml.errors import PanelError
from nbml.widgets.sources.folders import list_folder, resolve_in
from nbml.widgets.sources.frames import find_frame, list_frames
from nbml.widgets.sources.uploads import CHUNK_BYTES, Uploads, safe_name

HOSTILE = [
    "..", ".", "", "../x", "..\\x", "a/../../b", "/etc/passwd", "%2e%2e/", "C:\\x", "\\\\host\\x", "a\x00b",
    ".hidden", "x" * 300, "a/b", "\udc80",
]  # fmt: skip


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "open"
    (folder / "inner").mkdir(parents=True)
    (folder / "mix.csv").write_text("a,b\n1,2\n")
    (folder / "inner" / "deep.csv").write_text("a\n1\n")
    (folder / ".secret").write_text("x")
    (folder / "notes.md").write_text("x")
    (tmp_path / "outside.csv").write_text("a\n1\n")
    return folder


def test_a_listing_names_what_may_be_opened(root):
    found = list_folder([root], 0)
    assert found.folders == ("inner",)
    assert [(file.name, file.is_table) for file in found.files] == [("mix.csv", True), ("notes.md", False)]
    assert [file.name for file in list_folder([root], 0, ["inner"]).files] == ["deep.csv"]


@pytest.mark.parametrize("part", HOSTILE)
def test_names_that_could_leave_the_folder_are_refused(root, part):
    with pytest.raises(PanelError, match="NBML-W61"):
        resolve_in([root], 0, [part])
    with pytest.raises(PanelError, match="NBML-W61"):
        resolve_in([root], 0, ["inner", part])


@given(st.lists(st.text(max_size=8), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_is_opened_lies_inside(root, parts):
    try:
        path = resolve_in([root], 0, parts)
    except PanelError:
        return
    assert path.is_relative_to(root.resolve())


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_links_out_are_neither_listed_nor_opened(root, tmp_path):
    (root / "out.csv").symlink_to(tmp_path / "outside.csv")
    (root / "up").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    (root / "back.csv").symlink_to(root / "mix.csv")
    (root / "hid.csv").symlink_to(root / ".secret")
    os.mkfifo(root / "pipe.csv")
    found = list_folder([root], 0)
    assert [file.name for file in found.files] == ["back.csv", "mix.csv", "notes.md"]
    assert found.folders == ("inner",)
    for name in ("out.csv", "up", "loop", "hid.csv"):
        with pytest.raises(PanelError, match="NBML-W61"):
            resolve_in([root], 0, [name])


@pytest.mark.skipif(os.name != "posix", reason="names are bytes")
def test_names_that_are_no_unicode_are_left_out(root):
    (root / os.fsdecode(b"caf\xe9.csv")).write_text("a\n1\n")
    assert "mix.csv" in [file.name for file in list_folder([root], 0).files]


@pytest.mark.parametrize("place", [-1, 1, 99_999])
def test_there_is_no_folder_but_those_given(root, place):
    with pytest.raises(PanelError, match="NBML-W61"):
        list_folder([root], place)


def test_long_folders_are_cut_and_it_is_said(root):
    for i in range(600):
        (root / f"f{i:03}.csv").touch()
    found = list_folder([root], 0)
    assert len(found.folders) + len(found.files) == 500
    assert found.more == 103


def test_dataframes_by_name():
    frame = pd.DataFrame({"a": [1]})
    names = {"df": frame, "_": frame, "_5": frame, "__x": frame, "number": 3, "表": frame, "class": frame}
    assert [entry[0] for entry in list_frames(names)] == ["df", "表"]
    assert find_frame(names, "表") is frame
    for name in ("_", "number", "gone", "df.attrs", "class", ""):
        with pytest.raises(PanelError, match="NBML-W60"):
            find_frame(names, name)


def send(uploads, data, name="mix.csv", order=None):
    upload_id = uploads.begin(name, len(data))
    pieces = [data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)]
    for index in order or range(len(pieces)):
        upload = uploads.add(upload_id, index, base64.b64encode(pieces[index]).decode())
    return upload_id, upload


def test_a_file_arrives_whole_in_any_order_and_twice(tmp_path):
    data = os.urandom(2 * CHUNK_BYTES + 77)
    uploads = Uploads(tmp_path / "uploads")
    upload_id, upload = send(uploads, data, order=[2, 0, 0, 1])
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert uploads.whole(upload_id).path.read_bytes() == data
    uploads.add(upload_id, 0, base64.b64encode(bytes(CHUNK_BYTES)).decode())
    assert uploads.whole(upload_id).path.read_bytes() == data


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_only_its_owner_reads_a_dropped_file(tmp_path):
    """S22"""
    _, upload = send(Uploads(tmp_path / "uploads"), b"a\n1\n")
    assert stat.S_IMODE(upload.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(upload.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(upload.path.parent.parent.stat().st_mode) == 0o700


def test_a_dropped_file_goes_when_it_is_forgotten_or_the_panel_goes(tmp_path):
    uploads = Uploads(tmp_path / "uploads")
    first, one = send(uploads, b"a\n1\n")
    _, two = send(uploads, b"a\n2\n")
    uploads.drop(first)
    uploads.drop(first)
    assert not one.path.exists()
    assert two.path.exists()
    uploads.close()
    assert list((tmp_path / "uploads").iterdir()) == []


def test_what_an_ended_kernel_left_behind_goes_after_two_days(tmp_path):
    _, old = send(Uploads(tmp_path / "uploads"), b"a\n1\n")
    mine = tmp_path / "uploads" / "notes"
    mine.mkdir()
    long_ago = time.time() - 3 * 24 * 3600
    os.utime(old.path.parent, (long_ago, long_ago))
    os.utime(mine, (long_ago, long_ago))
    send(Uploads(tmp_path / "uploads"), b"a\n2\n")
    assert not old.path.exists()
    assert mine.exists()


def test_too_large_empty_and_broken_files_are_refused(tmp_path):
    """S3"""
    uploads = Uploads(tmp_path / "uploads", most_bytes=CHUNK_BYTES)
    with pytest.raises(PanelError, match="NBML-W62"):
        uploads.begin("x.csv", CHUNK_BYTES + 1)
    with pytest.raises(PanelError, match="NBML-W63"):
        uploads.begin("x.csv", 0)
    upload_id = uploads.begin("x.csv", 4)
    for index, data in (
        (0, "!!!!"),
        (0, base64.b64encode(b"12345").decode()),
        (1, "MTIzNA=="),
        (-1, "MTIzNA=="),
    ):
        with pytest.raises(PanelError, match="NBML-W66"):
            uploads.add(upload_id, index, data)
    with pytest.raises(PanelError, match="NBML-W65"):
        uploads.whole(upload_id)
    for unknown in ("0" * 32, "../../x", ""):
        with pytest.raises(PanelError, match="NBML-W65"):
            uploads.add(unknown, 0, "MTIzNA==")


def test_there_are_never_more_than_eight(tmp_path):
    uploads = Uploads(tmp_path / "uploads")
    for _ in range(12):
        send(uploads, b"a\n1\n")
    assert len(list((tmp_path / "uploads").iterdir())) == 8


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "uploads").write_text("a file is in the way")
    with pytest.raises(PanelError, match="NBML-W64"):
        Uploads(tmp_path / "uploads").begin("x.csv", 4)


@given(st.text(max_size=300))
def test_a_name_becomes_one_harmless_file_name(name):
    """S7"""
    safe = safe_name(name)
    assert safe
    assert not safe.startswith(".")
    assert not set(safe) & set("/\\\x00")
    assert len(safe.encode()) <= 200
    assert os.path.basename(safe) == safe  # noqa: PTH119


def test_names_keep_their_suffix_and_their_letters():
    assert safe_name("C:\\data\\配合 表.CSV") == "配合 表.CSV"
    assert safe_name("../../etc/pass<wd>.csv") == "pass_wd_.csv"
    assert safe_name("x" * 400 + ".parquet").endswith(".parquet")
    assert safe_name("..") == "table"
