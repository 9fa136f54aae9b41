"""A job that dies anywhere and goes on gives the answer of one that nothing happened to.

Death is an exception that nothing in nbml catches, raised by the log before or after an event is written;
real kills are shown on Ray.
"""

import hashlib
import json
import shutil

import numpy as np
import pytest

from nbml.engine.event_log import EventLog, read_events
from nbml.engine.job_folder import JobFolder
from nbml.errors import EngineError
from nbml.jobs import launch, supervise
from nbml.jobs.result import TrainResult
from nbml.jobs.writing import write_job
from nbml.ml.fold import FoldBench
from nbml.settings import Settings
from nbml.spec.events import LOSSY
from tests.integration.tables import QUICK, NoTracking, table

TRIALS = 12
"""More than TPE's random start of ten, so that what was told matters to what is asked."""
FAMILIES = ("lightgbm", "xgboost")
SPACE = {name: {**QUICK[name]} for name in FAMILIES}
ALL_FOLDS = sorted((f"t0-{name}", t, k) for name in FAMILIES for t in range(TRIALS) for k in range(3))


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(autouse=True)
def no_tracking(monkeypatch):
    monkeypatch.setattr(supervise, "TrackingWriter", NoTracking)


@pytest.fixture
def fits(monkeypatch):
    """Counts every fit as (family, fold) or (family, "final")."""
    seen = []
    evaluate, fit_all = FoldBench.evaluate, FoldBench.fit_all

    def fold(bench, family, target, number, params, **rest):
        seen.append((family.name, number, json.dumps(params, sort_keys=True)))
        return evaluate(bench, family, target, number, params, **rest)

    def final(bench, family, target, params, **rest):
        seen.append((family.name, "final", json.dumps(params, sort_keys=True)))
        return fit_all(bench, family, target, params, **rest)

    monkeypatch.setattr(FoldBench, "evaluate", fold)
    monkeypatch.setattr(FoldBench, "fit_all", final)
    return seen


def written(home, **changes):
    """A job written down and queued in a home, not yet run."""
    settings = Settings(home=home)
    arguments = {
        "model": FAMILIES,
        "group": "lot",
        "trials": TRIALS,
        "folds": 3,
        "space": SPACE,
        "open_trials": 3,
    }
    job = write_job(launch.make_spec(None, "y", **(arguments | changes)), read(), settings)
    launch.queue(job, settings)
    return job.folder.job_id, settings


def read():
    from nbml.data.read import read as read_table

    return read_table(table())


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A home with one job that has not begun."""
    home = tmp_path_factory.mktemp("pristine")
    return home, written(home)[0]


@pytest.fixture(scope="module")
def undisturbed(pristine, tmp_path_factory):
    """The job, run at once with one worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervise, "TrackingWriter", NoTracking)
        patch.setenv("NBML_CPUS", "1")
        folder = fresh(pristine, tmp_path_factory.mktemp("undisturbed"))
        run(folder)
    return folder


def fresh(pristine, home):
    """The folder of the job that has not begun, in a home of its own."""
    source, job_id = pristine
    shutil.copytree(source, home, dirs_exist_ok=True)
    return JobFolder.of(Settings(home=home).jobs, job_id)


def run(folder):
    supervise.supervise_inline(folder.job_id, Settings(home=folder.root.parent.parent))


def die_at(monkeypatch, seq, *, written_first):
    """End this attempt at the job's n-th lasting event, just before or after it is on disk."""
    write, told = EventLog._write, [0]

    def dying(log, line):
        told[0] = told[0] or len(lasting(log.past))
        told[0] += json.loads(line)["type"] not in LOSSY
        if told[0] < seq:
            return write(log, line)
        if written_first:
            write(log, line)
        raise Killed

    monkeypatch.setattr(EventLog, "_write", dying)
    return lambda: monkeypatch.setattr(EventLog, "_write", write)


def lasting(events):
    """Events that are told whatever the time of day."""
    return [event for event in events if event.type not in LOSSY]


def bury(folder):
    """Let the lease look as a dead process leaves it."""
    record = json.loads(folder.lease.read_text())
    folder.lease.write_text(json.dumps(record | {"process_started": -1.0}))


def answer(folder):
    """What must be the same to the last bit, and what counts."""
    events = read_events(folder.events)
    result = TrainResult.load(folder.root)
    record = result.record.model_dump(
        exclude={
            "search_s": True,
            "busy_share": True,
            "clock_share": True,
            "seconds": True,
            "leaderboard": {"__all__": {"seconds"}},
        }
    )
    files = {
        str(p.relative_to(folder.root)): hashlib.sha256(p.read_bytes()).hexdigest()
        for part in ("models", "cv_result.csv")
        for p in [*(folder.root / part).rglob("*"), folder.root / part]
        if p.is_file()
    }
    arrays = {}
    for path in sorted([*folder.root.glob("shap/*.npz"), *folder.trials.rglob("*.npz")]):
        with np.load(path) as saved:
            arrays[str(path.relative_to(folder.root))] = {
                n: saved[n].tobytes() for n in saved.files if n != "about"
            }
    return {
        "record": record,
        "files": files,
        "arrays": arrays,
        "score": result.score,
        "params": result.best_params,
        "trials": sorted(
            (e.study, e.trial, e.state, e.value, e.folds) for e in events if e.type == "trial.finished"
        ),
        "asked": sorted(
            (e.study, e.trial, json.dumps(e.params)) for e in events if e.type == "trial.started"
        ),
        "folds": sorted((e.study, e.trial, e.fold) for e in events if e.type == "fold.finished"),
        "best": sorted((e.study, e.trial, e.value) for e in events if e.type == "best.changed"),
        "ends": [e.state for e in events if e.type == "job.finished"],
        "gaps": [e.seq for e in events] != list(range(1, len(events) + 1)),
        "last": events[-1].type,
    }


def test_undisturbed(undisturbed):
    told = answer(undisturbed)
    assert told["folds"] == ALL_FOLDS
    assert told["ends"] == ["succeeded"]
    assert not told["gaps"]


# Of about 140 events: the start, the search from its first fold to its last, the results, the end.
CUTS = [2, 4, 7, 9, 12, 41, 90, 117, -9, -7, -5, -3, -2, -1]


@pytest.mark.parametrize("written_first", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("cut", CUTS)
def test_killed_at_an_event_and_gone_on(
    pristine, undisturbed, tmp_path, monkeypatch, fits, cut, written_first
):
    """F8, F9, F35: bit for bit the undisturbed answer, each (trial, fold) counted once.

    Nothing is fitted again but the folds of a best trial whose models died before they were written.
    """
    n_events = len(lasting(read_events(undisturbed.events)))
    seq = cut if cut > 0 else n_events + 1 + cut
    folder = fresh(pristine, tmp_path)
    monkeypatch.setenv("NBML_CPUS", "2")
    survive = die_at(monkeypatch, seq, written_first=written_first)
    with pytest.raises(Killed):
        run(folder)
    survive()
    bury(folder)
    past = read_events(folder.events)
    known = {(e.study, e.trial, e.fold) for e in past if e.type == "fold.finished"}
    best = {e.study: e.trial for e in past if e.type == "best.changed"}
    before = len([fit for fit in fits if fit[1] != "final"])
    monkeypatch.setenv("NBML_CPUS", "1")
    run(folder)
    assert answer(folder) == answer(undisturbed)
    again = len([fit for fit in fits if fit[1] != "final"]) - before
    bests = {(e.study, e.trial) for e in read_events(folder.events) if e.type == "best.changed"}
    lost = [f for f in known if f[:2] in bests and f[1] >= best.get(f[0], 0)]
    assert again <= len(ALL_FOLDS) - len(known) + len(lost)


@pytest.mark.parametrize("kept", [1, 2, 5, 33, 70, 120])
def test_gone_on_from_a_log_that_lost_its_end(undisturbed, tmp_path, kept, fits):
    """F23, F24: the log lost events of which the results are on disk, and its last line is torn."""
    shutil.copytree(undisturbed.root.parent.parent, tmp_path, dirs_exist_ok=True)
    folder = JobFolder.of(Settings(home=tmp_path).jobs, undisturbed.job_id)
    lines = folder.events.read_bytes().splitlines(keepends=True)
    folder.events.write_bytes(b"".join(lines[:kept]) + lines[kept][:-9])
    for path in (folder.result, folder.lease, folder.root / "cv_result.csv"):
        path.unlink()
    shutil.rmtree(folder.models)
    shutil.rmtree(folder.root / "shap")
    run(folder)
    assert answer(folder) == answer(undisturbed)
    assert [fit[1] for fit in fits] == ["final", "final"]
    notices = [e for e in read_events(folder.events) if e.type == "notice" and e.code == "NBML-E24"]
    assert [n.fields["bytes"] for n in notices] == [len(lines[kept]) - 9]


def test_killed_again_and_again(pristine, undisturbed, tmp_path, monkeypatch):
    """F8: each attempt gets a few events further; attempts are counted."""
    folder = fresh(pristine, tmp_path)
    attempts = 0
    for seq in range(10, 600, 23):
        survive = die_at(monkeypatch, seq, written_first=True)
        attempts += 1
        try:
            run(folder)
        except Killed:
            survive()
            bury(folder)
        else:
            break
    assert attempts > 3
    survive()
    told = answer(folder)
    assert {**told, "record": 0} == {**answer(undisturbed), "record": 0}
    started = [e.attempt for e in read_events(folder.events) if e.type == "job.started"]
    assert started == list(range(1, attempts + 1))


def test_a_job_that_has_ended_is_left_alone(undisturbed, tmp_path, fits):
    """F45: a second start changes nothing."""
    shutil.copytree(undisturbed.root.parent.parent, tmp_path, dirs_exist_ok=True)
    folder = JobFolder.of(Settings(home=tmp_path).jobs, undisturbed.job_id)
    before = folder.events.read_bytes()
    run(folder)
    assert folder.events.read_bytes() == before
    assert fits == []


def test_a_second_supervisor_is_refused(pristine, tmp_path):
    """F31: the first one's job is untouched."""
    from nbml.engine.lease import Lease

    folder = fresh(pristine, tmp_path)
    before = folder.events.read_bytes()
    Lease(folder.lease, accept=True)
    with pytest.raises(EngineError) as refused:
        run(folder)
    assert refused.value.code == "NBML-E05"
    assert folder.events.read_bytes() == before


def killed_early(pristine, home, monkeypatch, seq=40):
    folder = fresh(pristine, home)
    survive = die_at(monkeypatch, seq, written_first=True)
    with pytest.raises(Killed):
        run(folder)
    survive()
    bury(folder)
    return folder


def end(folder):
    return read_events(folder.events)[-1]


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 43},
        {"folds": 4},
        {"group": None},
        {"models": ["lightgbm"]},
        {"search": {"trials": 5}},
        {"search": {"space": {"lightgbm": {"num_iterations": 9}}}},
        {"search": {"sampler": "random"}},
        {"search": {"open_trials": 2}},
        {"targets": ["x"]},
        {"explain": {"shap": False}},
    ],
    ids=lambda c: "-".join(str(v) for v in c),
)
@pytest.mark.parametrize("seq", [5, 40])
def test_going_on_with_another_description_is_refused(pristine, tmp_path, monkeypatch, fits, changed, seq):
    """F37: nothing of one job is mixed into another; what was finished stays."""
    folder = killed_early(pristine, tmp_path, monkeypatch, seq)
    spec = json.loads(folder.spec.read_text())
    for key, value in changed.items():
        spec[key] = {**spec[key], **value} if isinstance(value, dict) else value
    folder.spec.write_text(json.dumps(spec))
    fits.clear()
    run(folder)
    assert (end(folder).state, end(folder).error.code) == ("failed", "NBML-J23")
    assert fits == []


def test_other_resources_and_libraries_are_no_other_job(pristine, undisturbed, tmp_path, monkeypatch):
    """F47, F38: resources never change the answer; another library might, so from where on is in the log."""
    folder = killed_early(pristine, tmp_path, monkeypatch)
    begun = len(read_events(folder.events))
    spec = json.loads(folder.spec.read_text())
    spec["resources"] |= {"workers": 1, "memory_mb": 4000}
    here = spec["resolved"]["versions"]["lightgbm"]
    spec["resolved"]["versions"]["lightgbm"] = "0.0.1"
    folder.spec.write_text(json.dumps(spec))
    run(folder)
    assert answer(folder) == answer(undisturbed)
    told = [e for e in read_events(folder.events) if e.type == "notice" and e.code == "NBML-J24"]
    assert [e.fields for e in told] == [{"then": "lightgbm 0.0.1", "now": f"lightgbm {here}"}]
    assert told[0].seq > begun


def test_going_on_with_other_data_is_refused(pristine, tmp_path, monkeypatch, fits):
    """F36: one changed value in the stored columns."""
    from nbml.data.store import load_frame, save_frame

    folder = killed_early(pristine, tmp_path, monkeypatch)
    sha256 = json.loads(folder.spec.read_text())["resolved"]["columns_sha256"]
    frame = load_frame(folder.data, sha256)
    frame.loc[0, "x"] += 1.0
    other = save_frame(frame, folder.data)
    (folder.data / f"{other}.parquet").replace(folder.data / f"{sha256}.parquet")
    fits.clear()
    run(folder)
    assert (end(folder).state, end(folder).error.code) == ("failed", "NBML-R32")
    assert fits == []


def test_the_spec_of_other_data_is_refused(pristine, tmp_path):
    """F36: a spec that was resolved for a table, run on another one."""
    from nbml.data.read import read as read_table
    from nbml.errors import SpecError
    from nbml.jobs.written_job import read_job

    home, job_id = pristine
    spec = read_job(job_id, Settings(home=home)).spec
    frame = table()
    frame.loc[0, "x"] += 1.0
    with pytest.raises(SpecError) as refused:
        write_job(spec, read_table(frame), Settings(home=tmp_path))
    assert refused.value.code == "NBML-S07"
    assert not (tmp_path / "jobs").exists()


def test_time_that_ran_out_before_the_kill(tmp_path, monkeypatch):
    """F8 with F43: what was complete is the result, though no time is left."""
    job_id, settings = written(
        tmp_path, timeout_s=1e-9, model="lightgbm", space={"lightgbm": QUICK["lightgbm"]}
    )
    folder = JobFolder.of(settings.jobs, job_id)
    monkeypatch.setattr("nbml.jobs.context.JobContext.seconds_left", None)
    survive = die_at(monkeypatch, 30, written_first=True)
    with pytest.raises(Killed):
        run(folder)
    survive()
    monkeypatch.setattr("nbml.jobs.context.JobContext.seconds_left", 0.0)
    bury(folder)
    finished = [e for e in read_events(folder.events) if e.type == "trial.finished"]
    assert finished
    run(folder)
    assert end(folder).state == "succeeded"
    assert TrainResult.load(folder.root).score == min(e.value for e in finished)
