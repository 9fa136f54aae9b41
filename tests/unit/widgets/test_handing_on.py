"""Any panel hands a finished job on: a report or a notebook, in pieces, in the panel's language."""

import base64
import gzip
import io
import json
import zipfile

import pytest
from tests.integration.tables import NoTracking, table, train

from .pages import Recorded


@pytest.fixture
def job(monkeypatch, nbml_home):
    monkeypatch.setattr("nbml.jobs.supervise.TrackingWriter", NoTracking)
    done = train(table(60), "y", trials=1, group="lot", name="../強度 <b> v3")
    done.result(timeout_s=120)
    return done


def fetched(page, **body):
    """The file's name and content, as the browser puts it together."""
    request = page.request("hand_on", **body)
    page.send(request)
    answer = page.wait(lambda m: m["kind"] == "answer" and m["request_id"] == request["request_id"])
    assert answer["fault"] is None, answer
    pieces = [m for m in page.messages("chunk") if m["request_id"] == request["request_id"]]
    assert len(pieces) == answer["value"]["chunks"]
    text = "".join(piece["text"] for piece in sorted(pieces, key=lambda piece: piece["index"]))
    return answer["value"]["name"], gzip.decompress(base64.b64decode(text))


def test_a_report_comes_in_pieces_and_opens(show, job, monkeypatch):
    """No message is over the wire's limit; the name is a plain one, whatever the job is called."""
    monkeypatch.setattr("nbml.report.writing._plots", lambda: "A" * 1_500_000)
    page = show(job=job, language="ja")
    name, content = fetched(page, job_id=job.id, what="report", theme="dark")
    assert name == "強度_b_v3.html"
    words = content.decode("utf-8")
    assert words.startswith("<!doctype html>")
    assert 'lang="ja" data-theme="dark"' in words


def test_a_notebook_comes_with_its_table(show, job):
    page = show(job=job, language="ja", rooms=("runs",))
    name, content = fetched(page, job_id=job.id, what="notebook")
    assert name == "強度_b_v3.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        notebook, data = held.namelist()
        cells = json.loads(held.read(notebook))["cells"]
    assert any("交差検証" in "".join(cell["source"]) for cell in cells)
    assert data in "".join("".join(cell["source"]) for cell in cells)


def test_what_cannot_be_handed_on_says_so(show, job, monkeypatch):
    monkeypatch.setattr("nbml.widgets.handing_on.LARGEST_BYTES", 10)
    page = show(job=job, language="ja")
    fault = page.ask("hand_on", job_id=job.id, what="notebook")["fault"]
    assert fault["code"] == "NBML-V08"
    assert job.id in fault["next_step"]
    assert page.ask("hand_on", job_id=Recorded(1).id, what="report")["fault"]["code"] == "NBML-J05"
