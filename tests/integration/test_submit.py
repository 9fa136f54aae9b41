"""Jobs submitted to a real Ray head over its Jobs API, as the page on clusters says."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

import nbml
from nbml.settings import Settings
from nbml.spec.parse import spec_to_yaml
from tests.integration.mixes import SLOW, TARGET, answer, mixes
from tests.integration.ray_head import clean_environment, lean_python, ray_head

pytestmark = pytest.mark.ray
PAGE = Path(__file__).resolve().parents[2] / "docs" / "cluster.md"
COMMANDS = [
    line
    for block in re.findall(r"^```\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """NBML_HOME of the cluster, which this process sees too."""
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """A folder of wheels, the only index that pip of the cluster knows."""
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="module")
def head(home, index, tmp_path_factory):
    pytest.importorskip("aiohttp_cors", reason="the Jobs API needs ray[default]")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}
    python = lean_python(tmp_path_factory.mktemp("lean"))
    with ray_head(home, python=python, environment={"PYTHONPATH": "", **offline}) as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    mixes().to_csv(tmp_path / "配合 <b>.csv", index=False)
    return tmp_path


def write_spec(folder, name="spec.yaml", **options):
    spec = nbml.make_spec(
        str(folder / "配合 <b>.csv"), options.pop("targets", TARGET), group="lot", shap=False, **options
    )
    spec = spec.model_copy(update={"data": spec.data.model_copy(update={"path": "配合 <b>.csv"})})
    (folder / name).write_text(spec_to_yaml(spec), encoding="utf-8")
    return name


@pytest.fixture
def call(head, folder):
    """Runs a command line as a person on another machine does, with a home of its own."""

    def run(*words, code=0, token=head.token, **environment):
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=240,
            env=clean_environment()
            | {
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "NBML_HOME": str(folder / "own"),
                "NBML_LANGUAGE": "en",
                "NBML_RAY_TOKEN": token,
                "RAY_AUTH_MODE": "token",
                "RAY_AUTH_TOKEN": token,
            }
            | environment,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert head.token not in done.stdout + done.stderr
        return done

    return run


def nbml_of(call, head):
    return lambda *words, **options: call("nbml", *words, "--address", head.jobs, **options)


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def known_jobs(home):
    return {path.name for path in (home / "jobs").glob("*")}


def job_of(home, job_id):
    return nbml.Job(job_id, Settings(home=home))


def test_every_command_of_the_page_works(call, head, folder, home):
    """What is printed for a person to type is typed here, in order."""
    write_spec(folder, trials=2)
    assert [words.split()[:2] for words in COMMANDS] == [
        *(["nbml", name] for name in ("submit", "submit", "status", "logs", "cancel")),
        ["ray", "job"],
    ]
    submitted = ""
    said = []
    for command in COMMANDS:
        words = command.replace("http://head:8265", head.jobs).split()
        done = call(*(submitted if word == "ID" else word for word in words))
        said.append(done.stdout)
        if "--detach" in words:
            submitted = done.stdout.strip()
    assert "of lot it has not seen" in said[0]
    assert "of lot it has not seen" in said[3]
    assert "SUCCEEDED" in said[4]
    jobs = sorted(known_jobs(home))
    assert len(jobs) == 3
    answers = [answer(job_of(home, job_id)) for job_id in jobs]
    assert answers[0] == answers[1] == answers[2]


def test_a_killed_program_is_resumed_by_submitting_again(call, head, folder, home):
    """The program dies in mid-job: the job is interrupted; the same spec takes it up; same answer."""
    submit = nbml_of(call, head)
    write_spec(folder, trials=6, space=SLOW, name="slow.yaml")
    known = known_jobs(home)
    submission = submit("submit", "slow.yaml", "--detach").stdout.strip()
    job = wait_for_job(home, known, folds=4)
    program = next(
        p
        for p in psutil.Process(head.process.pid).children(recursive=True)
        if "nbml" in p.cmdline() and "run" in p.cmdline()
    )
    finished = {(e.study, e.trial, e.fold) for e in job.events() if e.type == "fold.finished"}
    program.send_signal(signal.SIGKILL)
    program.wait(20)
    assert job.status == "interrupted"
    state = lines(submit("status", submission, "--json"))[0]
    assert state["snapshot"]["job_id"] == job.id
    told = lines(submit("submit", "slow.yaml", "--json"))
    assert {line["job_id"] for line in told if "job_id" in line} == {job.id}
    assert told[-1]["type"] == "result"
    resumed = answer(job)
    assert job.snapshot().attempt == 2
    assert finished <= set(resumed["folds"])
    undisturbed = nbml.train(
        mixes(), TARGET, group="lot", trials=6, space=SLOW, shap=False, executor="inline"
    )
    assert resumed["score"] == answer(undisturbed)["score"]


def wait_for_job(home, known, *, folds):
    end = time.monotonic() + 120
    while True:
        found = known_jobs(home) - known
        if found and (home / "jobs" / next(iter(found)) / "spec.json").exists():
            job = job_of(home, next(iter(found)))
            if sum(e.type == "fold.finished" for e in job.events()) >= folds:
                return job
        assert time.monotonic() < end
        time.sleep(0.1)


def test_cancelled_from_another_machine_keeps_what_is_finished(call, head, folder, home):
    """F6, over the Jobs API: the best complete trials become the result."""
    ask = nbml_of(call, head)
    write_spec(folder, trials=500, space=SLOW, name="long.yaml")
    known = known_jobs(home)
    submission = ask("submit", "long.yaml", "--detach").stdout.strip()
    job = wait_for_job(home, known, folds=12)
    ask("cancel", submission)
    result = job.result(timeout_s=60)
    assert result.record.state == "cancelled"
    ask("logs", submission, "--follow", code=130)
    assert lines(ask("status", submission, "--json"))[0]["state"] == "STOPPED"


def test_the_job_s_exit_code_comes_back(call, head, folder):
    """A spec that does not fit its table fails there as it does here: 3, with the same code and words."""
    write_spec(folder, targets="no such column", name="wrong.yaml", trials=1)
    here = call("nbml", "run", "wrong.yaml", "--json", code=3, NBML_EXECUTOR="inline")
    there = nbml_of(call, head)("submit", "wrong.yaml", "--json", code=3)
    said, expected = (json.loads(done.stderr.splitlines()[-1]) for done in (there, here))
    assert (said["code"], said["message"]) == (expected["code"], expected["message"])


def test_other_versions_are_refused_with_both_named(call, head, folder, tmp_path):
    """F18: this machine has another LightGBM than the cluster."""
    other = tmp_path / "other" / "lightgbm-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: lightgbm\nVersion: 0.0.1\n")
    write_spec(folder, trials=1)
    done = nbml_of(call, head)("submit", "spec.yaml", "--json", code=4, PYTHONPATH=str(other.parent))
    error = json.loads(done.stderr.splitlines()[-1])
    assert error["code"] == "NBML-E45"
    assert "lightgbm 0.0.1" in error["fields"]["here"]
    from importlib.metadata import version

    assert error["fields"]["there"] == f"lightgbm {version('lightgbm')}"


def build_wheel(folder, version):
    """This nbml as a wheel of another version."""
    package, info = Path(nbml.__file__).parent, f"nbml-{version}.dist-info"
    files = {
        str(Path("nbml") / file.relative_to(package)): file.read_bytes()
        for file in package.rglob("*")
        if file.suffix in (".py", ".json", ".js")
    }
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: nbml\nVersion: {version}\n".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]).encode()
    wheel = folder / f"nbml-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def ran_with(told, home):
    """The version of nbml by which a submitted job was made."""
    assert told[-1]["record"]["state"] == "succeeded"
    job_id = next(line["job_id"] for line in told if line.get("job_id"))
    return job_of(home, job_id).spec.resolved.versions["nbml"]


def test_a_shipped_wheel_is_what_runs(call, head, folder, home):
    """A wheel of another nbml runs in the program and in its workers."""
    wheel = build_wheel(folder, "9.9.9")
    write_spec(folder, trials=1)
    told = lines(nbml_of(call, head)("submit", "spec.yaml", "--json", "--wheel", str(wheel)))
    assert ran_with(told, home) == "9.9.9"


def test_pip_installs_what_is_here(call, head, folder, home, index):
    """The cluster's own pip takes nbml in this machine's version from its index, for this job alone."""
    build_wheel(index, "8.8.8")
    info = folder / "here" / "nbml-8.8.8.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nbml\nVersion: 8.8.8\n")
    here = os.pathsep.join([str(info.parent), str(Path(nbml.__file__).parents[1])])
    write_spec(folder, trials=1)
    told = lines(nbml_of(call, head)("submit", "spec.yaml", "--json", "--pip", PYTHONPATH=here))
    assert ran_with(told, home) == "8.8.8"


def test_pip_installs_a_shipped_wheel(call, head, folder, home):
    """Where no index has this nbml, its wheel goes along and pip installs it there."""
    wheel = build_wheel(folder, "7.7.7")
    write_spec(folder, trials=1)
    told = lines(nbml_of(call, head)("submit", "spec.yaml", "--json", "--pip", "--wheel", str(wheel)))
    assert ran_with(told, home) == "7.7.7"


def test_the_token_is_nowhere_and_needed(call, head, folder):
    """S13, S17: refused without it; and neither Ray's list of jobs nor any file of a home holds it."""
    ask = nbml_of(call, head)
    error = json.loads(ask("status", "nbml-x", "--json", token="0" * 64, code=4).stderr)
    assert error["code"] == "NBML-E42"
    assert json.loads(ask("status", "nbml-x", "--json", code=4).stderr)["code"] == "NBML-E43"
    listed = call("ray", "job", "list", "--address", head.jobs).stdout
    assert "RAY_JOB_STOP_SIGNAL" in listed
    assert head.token not in listed


def test_nobody_there_is_said_at_once(call, folder):
    write_spec(folder, trials=1)
    done = call("nbml", "submit", "spec.yaml", "--json", "--address", "http://127.0.0.1:9", code=4)
    assert json.loads(done.stderr)["code"] == "NBML-E41"
    done = call("nbml", "submit", "spec.yaml", "--json", "--address", "http://me:pw@host:1", code=4)
    assert json.loads(done.stderr)["code"] == "NBML-E40"
    assert "pw" not in done.stderr
