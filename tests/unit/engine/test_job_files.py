"""Files of a job by name: never outside its folder, whole or not there, carried from other machines."""

from types import SimpleNamespace

import pytest
from ray.exceptions import ActorUnavailableError, GetTimeoutError, RayTaskError

from nbml.engine import carrier
from nbml.engine.carrier import CarriedFiles
from nbml.engine.job_files import FolderFiles
from nbml.errors import EngineError


@pytest.fixture
def files(tmp_path):
    return FolderFiles(tmp_path / "trials")


def test_what_is_written_reads_back(files):
    assert (files.read("s/0.fold-1"), files.has("s/0.fold-1")) == (None, False)
    files.write("s/0.fold-1", b"old")
    files.write("s/0.fold-1", b"new")
    assert (files.read("s/0.fold-1"), files.has("s/0.fold-1")) == (b"new", True)
    assert [path.name for path in (files.root / "s").iterdir()] == ["0.fold-1"]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a/..", "a\0b", ".", "..", "/"])
def test_no_name_leads_out_of_the_folder(files, name):
    """S7: what a worker of another machine sends is a name, not a path."""
    for use in (files.read, files.has, lambda name: files.write(name, b"")):
        with pytest.raises(EngineError) as raised:
            use(name)
        assert raised.value.code == "NBML-E02"
    assert not files.root.exists()


class FarAway:
    """Ray as a worker on another node sees it; `answer` is what the carrier's node does."""

    def __init__(self, answer):
        self.answer = answer
        self.node = "a" * 56

    def get_runtime_context(self):
        return SimpleNamespace(get_node_id=lambda: self.node)

    def remote(self, **_options):
        methods = {n: SimpleNamespace(remote=lambda *a, n=n: (n, *a)) for n in ("read", "write", "has")}
        return lambda _body: SimpleNamespace(
            options=lambda **_options: SimpleNamespace(remote=lambda _root: SimpleNamespace(**methods))
        )

    def get(self, call, timeout):
        assert timeout > 0
        return self.answer(call)


@pytest.fixture
def carried(monkeypatch, tmp_path):
    """Files made beside the job and used on another node."""

    def make(answer, *, here=False):
        ray = FarAway(answer)
        monkeypatch.setattr(carrier, "ray", ray)
        made = CarriedFiles(tmp_path / "trials")
        ray.node = ray.node if here else "b" * 56
        return made

    return make


def test_a_worker_of_another_node_hands_its_files_over(carried, tmp_path):
    beside = FolderFiles(tmp_path / "elsewhere")
    far = carried(lambda call: getattr(beside, call[0])(*call[1:]))
    far.write("s/1", b"result")
    assert (far.read("s/1"), far.read("s/2"), far.has("s/1")) == (b"result", None, True)
    assert not (tmp_path / "trials").exists()


def test_a_worker_beside_the_job_writes_itself(carried, tmp_path):
    near = carried(lambda call: pytest.fail(f"carried {call}"), here=True)
    near.write("s/1", b"result")
    assert (tmp_path / "trials/s/1").read_bytes() == near.read("s/1") == b"result"
    assert near.has("s/1")


def test_a_node_that_cannot_be_reached_is_named(carried, tmp_path):
    """The job's node is gone, or does not answer in time."""
    for failure in (GetTimeoutError("no answer"), ActorUnavailableError("gone", None)):

        def fail(_call, failure=failure):
            raise failure

        with pytest.raises(EngineError) as raised:
            carried(fail).write("s/1", b"")
        assert raised.value.code == "NBML-E49"
        assert raised.value.fields["path"] == str(tmp_path / "trials")


def test_a_full_disk_beside_the_job_is_said_on_the_worker(carried):
    """F20: the disk that is full is that of another machine."""
    full = EngineError("NBML-E01", path="/jobs/x", free_mb=0)

    def fail(_call):
        raise RayTaskError("write", "traceback", full)

    with pytest.raises(EngineError) as raised:
        carried(fail).write("s/1", b"")
    assert raised.value.code == "NBML-E01"
