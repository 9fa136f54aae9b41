"""The spool on disk: torn tails are cut, what is written whole is never lost (F20, F24)."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbml.tracking.spool import Operation, Spool, State


def fill(folder: Path, n: int = 5) -> Spool:
    spool = Spool(folder)
    spool.open()
    for number in range(n):
        spool.append({"op": "trial", "number": number, "text": "日本\n"})
    return spool


def numbers(operations: list[Operation]) -> list[int]:
    return [one["number"] for one in operations]


def test_f24_a_torn_tail_is_cut_at_any_byte(tmp_path: Path) -> None:
    fill(tmp_path).close()
    path = tmp_path / "tracking" / "spool.jsonl"
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        spool = Spool(tmp_path)
        spool.open()
        kept = whole[:cut].count(b"\n")
        assert spool.count == kept
        spool.append({"op": "trial", "number": 99})
        assert numbers(list(spool.read())) == [*range(kept), 99]
        spool.close()


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    spool = fill(tmp_path)
    assert numbers(list(spool.read(2, 4))) == [2, 3]
    assert numbers(list(spool.read(4))) == [4]
    spool.append({"op": "trial", "number": 5})
    assert numbers(list(spool.read(4))) == [4, 5]
    assert numbers(list(spool.read(0, 2))) == [0, 1]
    assert numbers(list(spool.read(6))) == []


class FullDisk:
    """A file on a disk with room for a few bytes more."""

    def __init__(self, file: object, room: int) -> None:
        self.file, self.room = file, room

    def fileno(self) -> int:
        return self.file.fileno()  # type: ignore[attr-defined, no-any-return]

    def write(self, line: bytes) -> int:
        return self.file.write(line[: self.room])  # type: ignore[attr-defined, no-any-return]


def test_f20_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    spool = fill(tmp_path, 2)
    file = spool._file
    spool._file = FullDisk(file, 7)  # type: ignore[assignment]
    with pytest.raises(OSError, match="short write"):
        spool.append({"op": "trial", "number": 2})
    spool._file = file
    spool.append({"op": "trial", "number": 3})
    assert numbers(list(spool.read())) == [0, 1, 3]
    assert spool.count == 3


def test_the_state_is_replaced_as_a_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.load_state() == State()
    state = State(key="k", runs={"": "r"}, applied=3, done=["job"], notes={"model": "m"}, kept={"a": "b"})
    spool.save_state(state)
    assert Spool(tmp_path).load_state() == state
