"""A report opens anywhere, tells everything, asks no network, and takes no name for markup (S1)."""

import base64
import gzip
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from tests.integration.tables import NoTracking, table, train

import nbml
from nbml.errors import JobError, PanelError
from nbml.report.writing import write_report

HOSTILE = "</script><img src=x onerror=alert(1)> {{7*7}} 強度[MPa]"


class Page(HTMLParser):
    """Tags with their attributes, the text, and what scripts hold."""

    def __init__(self, words):
        super().__init__()
        self.tags, self.text, self.scripts, self._in = [], "", {}, None
        self.feed(words)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in = tag
        if tag == "script":
            self.scripts[len(self.tags)] = (dict(attrs), "")

    def handle_endtag(self, tag):
        self._in = None

    def handle_data(self, data):
        if self._in == "script":
            attrs, held = self.scripts[len(self.tags)]
            self.scripts[len(self.tags)] = attrs, held + data
        elif self._in != "style":
            self.text += data


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
        frame = table(60).rename(columns={"y": HOSTILE, "x": "<b>x</b>"})
        frame["kind"] = frame["kind"].replace("a", HOSTILE)
        done = train(frame, HOSTILE, trials=1, group="lot", name=HOSTILE)
        done.result(timeout_s=120)
        yield done


@pytest.fixture
def built(tmp_path, monkeypatch):
    """The figures' code stands in the installation, or something stands in for it."""
    if not files("nbml.widgets").joinpath("static", "plots.js.gz").is_file():
        packed = base64.b64encode(gzip.compress(b"export default {}")).decode()
        monkeypatch.setattr("nbml.report.writing._plots", lambda: packed)


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_tells_everything_and_takes_no_name_for_markup(job, tmp_path, language):
    path = job.result().report(tmp_path / "x.html", language=language, theme="dark")
    words = path.read_text(encoding="utf-8")
    page = Page(words)
    tags = [tag for tag, _ in page.tags]
    assert "img" not in tags
    assert "b" not in tags
    assert page.tags[0] == ("html", {"lang": language, "data-theme": "dark"})
    assert HOSTILE in page.text
    assert "49 強度" not in page.text
    assert not re.search(r"\b(report|explain_room|train_room|data_room)\.[a-z_.]+", page.text)
    assert str(job.folder) not in words
    record = job.result().record
    for said in (job.id, record.data_sha256, job.result().predictor.bundle.digest, "lightgbm", "RMSE", "90%"):
        assert said in page.text, said
    figures = [held for attrs, held in page.scripts.values() if attrs.get("type") == "application/json"]
    assert len(figures) == 10
    assert all("<" not in held for held in figures)


@pytest.mark.usefixtures("built")
def test_intervals_and_distance_come_with_what_they_do_not_promise(job, tmp_path):
    """Six lots: coverage by lot, levels out of reach, few groups, far rows; said, not only shown."""
    text = Page(job.result().report(tmp_path / "x.html", language="en").read_text(encoding="utf-8")).text
    for said in (
        "6 groups count as 6 observations",
        "no finite interval above 85.7%",
        "6 groups are few",
        "The guarantee does not hold for rows unlike the table",
        "not for a row that was picked because of its prediction",
        "Distance to the data",
        "Beyond the data a model goes on as it must",
        "0.95 – 1",
        "∞",
    ):
        assert said in text, said


@pytest.mark.usefixtures("built")
def test_without_shapley_values_it_says_why(job, tmp_path, monkeypatch):
    """F42: what could not be explained does not take the rest of the report with it."""

    def refuse(*_, **__):
        raise JobError("NBML-V04")

    monkeypatch.setattr("nbml.report.contents.make_explanation", refuse)
    page = Page(write_report(job, tmp_path / "x.html", language="en").read_text(encoding="utf-8"))
    assert JobError("NBML-V04").message in page.text
    assert "Distance to the data" in page.text


@pytest.mark.usefixtures("built")
def test_asks_no_network(job, tmp_path):
    """No address in the page, and a policy that would refuse one; one script runs, and it is ours."""
    words = write_report(job, tmp_path / "x.html").read_text(encoding="utf-8")
    page = Page(words)
    outside = [v for _, attrs in page.tags for k, v in attrs.items() if k in ("src", "href", "action")]
    assert outside == []
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert "http" not in policy
    running = [a for a, _ in page.scripts.values() if a.get("type") == "module"]
    assert len(running) == 1
    assert f"'nonce-{running[0]['nonce']}'" in policy
    packed = next(held for a, held in page.scripts.values() if a.get("id") == "plots")
    assert b"export" in gzip.decompress(base64.b64decode(packed))


def test_says_when_the_figures_code_is_not_there(job, tmp_path, monkeypatch):
    monkeypatch.setattr("nbml.report.writing.files", lambda _: tmp_path)
    (tmp_path / "page.html.j2").write_text("", encoding="utf-8")
    with pytest.raises(PanelError) as caught:
        write_report(job, tmp_path / "x.html")
    assert caught.value.code == "NBML-V07"
    assert not (tmp_path / "x.html").exists()


@pytest.mark.usefixtures("built")
def test_is_a_command(job, tmp_path, capsys):
    from nbml.cli import main

    assert main(["report", job.id, "-o", str(tmp_path / "r.html"), "--theme", "light"]) == 0
    assert (tmp_path / "r.html").exists()
    assert "r.html" in capsys.readouterr().out
    assert main(["report", "no-such-job"]) != 0


def test_a_job_without_a_result_has_no_report(tmp_path, nbml_home):
    from tests.unit.widgets.pages import Recorded

    with pytest.raises(JobError) as caught:
        write_report(nbml.open(Recorded(1).id), tmp_path / "x.html")
    assert caught.value.code == "NBML-J05"


@pytest.mark.parametrize(
    ("value", "shown"), [(9.5092, "9.51"), (8913.2, "8913"), (0.012345, "0.0123"), (None, "-"), (0.0, "0.0")]
)
def test_numbers_without_a_spread_have_three_digits(value, shown):
    from nbml.report.boards import brief

    assert brief(value) == shown
