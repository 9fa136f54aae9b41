"""The Data room over the wire: read, correct, look, mend, take back; names and files are anything."""

import base64
import json
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import nbml
from nbml.jobs.launch import make_spec, queue
from nbml.jobs.writing import write_job
from nbml.settings import Settings
from nbml.spec.messages import ANSWERS
from nbml.spec.messages.base import MAX_MESSAGE_BYTES
from nbml.spec.messages.data_room import Answers, SourceLine, TableView
from nbml.spec.messages.predict_room import BatchView
from nbml.widgets.rooms import data, data_sources
from nbml.widgets.rooms.data_draft import OriginKind
from nbml.widgets.rooms.data_room import room_of

HARD = "<img src=x onerror=alert(1)> a,b [℃]"
RNG = np.random.default_rng(0)


@pytest.fixture
def names(monkeypatch):
    """What the user's cells have defined."""
    held = {}
    monkeypatch.setattr("nbml.widgets.rooms.data_room.kernel_namespace", lambda: dict(held))
    monkeypatch.setattr("nbml.widgets.sources.frames.kernel_namespace", lambda: dict(held))
    return held


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    return folder


@pytest.fixture
def page(show, names, root):
    return show(roots=[root], room="data", rooms=["data", "train"])


def asked(page, kind, **body):
    answer = page.ask(kind, **body)
    assert answer.get("fault") is None, answer
    return answer["value"]


def fault(page, kind, **body):
    answer = page.ask(kind, **body)
    assert answer.get("fault"), answer
    return answer["fault"]


def chosen(page, root, name, data_, **keys):
    """A file of this content, chosen."""
    (root / name).write_bytes(data_ if isinstance(data_, bytes) else data_.encode(**keys))
    return asked(page, "data.choose", source={"kind": "file", "root": 0, "path": [name]})


def kind_of(line):
    return line.model_fields["kind"].annotation


def word(view, control):
    return next(word for word in view["words"] if word["control"] == control)


MIX = "温度[℃],lot,NA列,強度\n" + "".join(
    f"{300 + i},L{i % 4},{'NA' if i % 2 else 'B'},{i / 7:.4f}\n" for i in range(40)
)


def test_every_request_has_its_handler_and_answer():
    assert {kind for kind in ANSWERS if kind.__module__.endswith("data_room")} == set(Answers)
    assert set(Answers) <= set(data.HANDLERS)
    assert set(data_sources.HANDLERS) <= set(data.HANDLERS)
    kinds = [set(get_args(kind)) for kind in (OriginKind, kind_of(SourceLine), kind_of(BatchView))]
    assert kinds[0] == kinds[1] == kinds[2]


def test_an_empty_room_then_a_file(page, root):
    """R1: CP932 is found, said, and can be changed."""
    view = asked(page, "data.open")
    assert (view["source"], view["n_columns"], view["can_undo"]) == (None, 0, False)
    view = chosen(page, root, "mix.csv", MIX, encoding="cp932")
    assert word(view, "encoding")["text"] == "CP932 (Shift_JIS)"
    assert word(view, "header")["value"] == "1"
    assert [c["unit"] for c in view["columns"]] == ["℃", None, None, None]
    assert page.panel.table.columns.names == ("温度[℃]", "lot", "NA列", "強度")
    assert page.panel.session.state.table.name == "mix.csv"


def test_a_choice_reads_anew_and_keeps_the_rest(page, root):
    """R12, R16: another header row keeps roles, units and kinds of the columns that are still there."""
    view = chosen(page, root, "mix.csv", "made 2024,,,\n" + MIX)
    view = asked(page, "data.edit", revision=view["revision"], positions=[3], role="target")
    view = asked(page, "data.edit", revision=view["revision"], positions=[3], unit="MPa")
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], column_kind="text")
    view = asked(page, "data.edit", revision=view["revision"], positions=[2], words="keep")
    assert view["columns"][2]["missing_share"] == 0
    view = asked(page, "data.reread", revision=view["revision"], encoding="utf-8")
    assert [c["role"] for c in view["columns"]] == ["feature", "ignored", "feature", "target"]
    assert (view["columns"][3]["unit"], view["columns"][1]["is_kind_said"]) == ("MPa", True)
    view = asked(page, "data.reread", revision=view["revision"], header=[3])
    assert "強度" not in [c["name"] for c in view["columns"]]
    assert {c["role"] for c in view["columns"]} == {"feature"}
    view = asked(page, "data.undo", revision=view["revision"])
    assert view["columns"][3]["role"] == "target"
    assert page.panel.table.columns["強度"].unit == "MPa"
    view = asked(page, "data.reread", revision=view["revision"], encoding=None)
    assert word(view, "encoding")["is_said"] is False


def test_a_choice_that_cannot_be_leaves_the_table_as_it_is(page, root):
    view = chosen(page, root, "mix.csv", MIX, encoding="cp932")
    said = fault(page, "data.reread", revision=view["revision"], encoding="utf-8")
    assert (said["code"], said["field"]) == ("NBML-R13", "read.encoding")
    said = fault(page, "data.edit", revision=view["revision"], positions=[1], column_kind="number")
    assert (said["code"], said["field"]) == ("NBML-R23", "columns.1.kind")
    assert asked(page, "data.open")["revision"] == view["revision"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "NBML-R11"),
        ("b.csv", b"a,b\n", "NBML-R12"),
        ("c.csv", b"a,b\n1,2\n1,2,3\n", "NBML-R17"),
        ("d.csv", b"a,b\n1,2,3\n4,5,6\n", "NBML-R18"),
        ("e.csv", b"<html><body>x</body></html>", "NBML-R09"),
        ("f.csv", b"\x89PNG\r\n\x1a\n....", "NBML-R09"),
        ("g.xlsx", b"a,b\n1,2\n", "NBML-R10"),
        ("h.csv", b"\x80\x04\x95\x00", "NBML-R09"),
        ("i.gz", b"\x1f\x8b\x08\x00torn", "NBML-R08"),
        ("j.csv", b"a,caf\xe9\n1,d\xe9j\xe0\n", "NBML-R14"),
    ],
)
def test_files_that_cannot_be_read_stand_in_the_room(page, root, name, content, code):
    """R2, R6 to R9, R25, R26, R29: with words and a next step, and the table before comes back by undo."""
    before = chosen(page, root, "mix.csv", MIX)
    view = chosen(page, root, name, content)
    assert view["fault"]["code"] == code
    assert view["fault"]["message"]
    assert view["fault"]["next_step"]
    assert (view["n_columns"], view["source"]["name"]) == (0, name)
    assert page.panel.table is None
    view = asked(page, "data.undo", revision=view["revision"])
    assert view["source"]["name"] == "mix.csv"
    assert view["columns"] == before["columns"]


def test_a_file_is_mended_by_the_encoding_it_suggests(page, root):
    """R14"""
    view = chosen(page, root, "x.csv", "a,café\n1,déjà\n2,été\n".encode("latin-1"))
    assert view["suggestion"]["value"] == "cp1252"
    assert {w["control"] for w in view["words"]} == {"encoding", "delimiter", "header"}
    view = asked(page, "data.reread", revision=view["revision"], encoding=view["suggestion"]["value"])
    assert view["fault"] is None
    assert [c["name"] for c in view["columns"]] == ["a", "café"]


def test_what_lies_outside_or_is_not_there_is_refused(page, root, tmp_path):
    """R30, S7"""
    (tmp_path / "outside.csv").write_text("a\n1\n")
    (root / "link.csv").symlink_to(tmp_path / "outside.csv")
    for path in (["..", "outside.csv"], ["link.csv"], ["/etc/passwd"], [".."], ["gone.csv"]):
        assert (
            fault(page, "data.choose", source={"kind": "file", "root": 0, "path": path})["code"] == "NBML-W61"
        )
    assert fault(page, "data.folder", root=7)["code"] == "NBML-W61"
    assert fault(page, "data.choose", source={"kind": "frame", "name": "gone"})["code"] == "NBML-W60"


def test_a_dropped_file(page):
    content = MIX.encode("utf-16")
    plan = asked(page, "data.upload", name="../配合 表.csv", size=len(content))
    upload_id = plan["upload_id"]
    assert fault(page, "data.choose", source={"kind": "upload", "upload_id": upload_id})["code"] == "NBML-W65"
    state = asked(
        page, "data.upload_chunk", upload_id=upload_id, index=0, data=base64.b64encode(content).decode()
    )
    assert state["received"] == 1 == plan["chunks"]
    view = asked(page, "data.choose", source={"kind": "upload", "upload_id": upload_id})
    assert view["source"] == {"kind": "upload", "name": "配合 表.csv", "has_lines": True}
    assert word(view, "encoding")["text"] == "UTF-16-LE"
    said = json.dumps([view, asked(page, "data.code"), page.panel.session.snapshot()], ensure_ascii=False)
    assert "uploads" not in said
    assert page.panel.table.path == "配合 表.csv"
    asked(page, "data.upload_drop", upload_id=upload_id)
    assert fault(page, "data.lines")["code"] == "NBML-R02"


def test_a_dataframe_of_the_kernel_and_its_columns(page, names):
    """S1: names are cut and harmless on the wire; the table keeps them to the letter."""
    long = "x" * 15_000
    names["df"] = pd.DataFrame({HARD: [1.0, 2.0], "\u202evil": ["a", None], long: [True, False]})
    (frame,) = asked(page, "data.sources")["frames"]
    assert frame == {"name": "df", "n_rows": 2, "n_columns": 3}
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    assert [c["name"] for c in view["columns"]][:2] == [HARD, "\\u202evil"]
    assert len(view["columns"][2]["name"]) == 120
    assert page.panel.table.columns.names == (HARD, "\u202evil", long)
    rows = asked(page, "data.rows", revision=view["revision"], start=0, count=200, columns=10)
    assert rows["cells"] == [["1", "a", "true"], ["2", None, "false"]]
    assert asked(page, "data.code")["code"] == "import nbml\n\ntable = nbml.read(df)\n"


def test_rows_go_out_in_windows_below_the_limit(page, names):
    names["df"] = pd.DataFrame({f"c{j}": ["漢" * 200] * 300 for j in range(300)})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    rows = asked(
        page, "data.rows", revision=view["revision"], start=100, count=200, first_column=200, columns=200
    )
    assert len(rows["cells"]) * len(rows["cells"][0]) <= 6_000
    assert len(rows["cells"]) == 60
    assert max(size for size, *_ in page.entries("answer")) < MAX_MESSAGE_BYTES
    past = asked(page, "data.rows", revision=view["revision"], start=10_000, count=10, columns=5)
    assert past["cells"] == []


def test_a_thousand_columns_come_in_pages(page, names):
    names["wide"] = pd.DataFrame(RNG.normal(size=(30, 1000)), columns=[f"c {j} [mm]" for j in range(1000)])
    view = asked(page, "data.choose", source={"kind": "frame", "name": "wide"})
    assert (view["n_columns"], len(view["columns"])) == (1000, 400)
    rest = asked(page, "data.columns", revision=view["revision"], start=800, count=400)
    assert [c["position"] for c in rest["columns"]] == list(range(800, 1000))
    profiles = asked(page, "data.profile", revision=view["revision"], start=990, count=40)["profiles"]
    assert [one["position"] for one in profiles] == list(range(990, 1000))
    assert max(size for size, *_ in page.entries("answer")) < 512_000


def test_warnings_are_mended_and_taken_back(page, names):
    """D18, D19, D20, D22"""
    y = RNG.normal(size=60)
    frame = pd.DataFrame(
        {"id": RNG.permutation(60), "x": RNG.normal(size=60), "leak": 2 * y, "one": 1.0, "y": y}
    )
    names["df"] = pd.concat([frame.iloc[:59], frame.iloc[:1]])
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    found = asked(page, "data.checks", revision=view["revision"])
    assert not found["has_target"]
    assert "NBML-D18" not in [f["code"] for f in found["findings"]]
    view = asked(page, "data.edit", revision=view["revision"], positions=[4], role="target")
    steps = []
    while True:
        found = asked(page, "data.checks", revision=view["revision"])
        offered = [(i, f) for i, f in enumerate(found["findings"]) if f["remedies"]]
        if not offered:
            break
        place, finding = offered[0]
        steps.append(finding["code"])
        view = asked(page, "data.remedy", revision=view["revision"], finding=place, remedy=0)
    assert sorted(steps) == ["NBML-D18", "NBML-D19", "NBML-D22"]
    assert found["findings"] == []
    assert [c["role"] for c in view["columns"]] == [
        "feature",
        "feature",
        "ignored",
        "ignored",
        "target",
        "group",
    ]
    assert view["columns"][-1]["is_made"]
    (decision,) = view["rows"]
    view = asked(page, "data.take_back", revision=view["revision"], what=decision["what"])
    assert (view["n_columns"], view["rows"]) == (5, [])
    for _ in range(5):
        view = asked(page, "data.undo", revision=view["revision"])
    assert not view["can_undo"]
    assert {c["role"] for c in view["columns"]} == {"feature"}


def test_train_takes_the_table_with_its_roles(page, names):
    """The copies' group and the roles are those of the form."""
    x = RNG.normal(size=40)
    names["df"] = pd.DataFrame({"x": [*x, x[0]]}).assign(y=lambda frame: np.round(frame["x"] ** 2, 1))
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], role="target")
    found = asked(page, "data.checks", revision=view["revision"])["findings"]
    place = [f["code"] for f in found].index("NBML-D18")
    asked(page, "data.remedy", revision=view["revision"], finding=place, remedy=0)
    form = asked(page, "train.draft")["form"]
    assert (form["targets"], form["group"]) == (["y"], "copy_set")


def test_errors_are_counted_on_the_line_of_the_table(page, names):
    """D3"""
    names["df"] = pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 1, 1]})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], role="target")
    asked(page, "data.checks", revision=view["revision"])
    assert page.panel.session.state.table.errors >= 1


def test_each_change_is_told_to_other_views(page, names):
    names["df"] = pd.DataFrame({"x": [1.0, 2, 3]})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    before = page.panel.session.state.table.revision
    asked(page, "data.edit", revision=view["revision"], positions=[0], role="ignored")
    told = page.wait(
        lambda m: m["kind"] == "state" and (m["state"].get("table") or {}).get("revision", 0) > before
    )
    assert told["state"]["table"]["n_rows"] == 3


def test_a_request_about_a_table_that_has_changed_is_refused(page, names):
    names["df"] = pd.DataFrame({"x": [1.0, 2, 3]})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    old = view["revision"]
    asked(page, "data.edit", revision=old, positions=[0], role="ignored")
    for kind, body in (
        ("data.edit", {"positions": [0], "role": "target"}),
        ("data.rows", {"start": 0, "count": 1, "columns": 1}),
        ("data.checks", {}),
        ("data.undo", {}),
    ):
        assert fault(page, kind, revision=old, **body)["code"] == "NBML-W70"
    assert fault(page, "data.edit", revision=old + 1, positions=[9], role="target")["code"] == "NBML-W67"
    assert fault(page, "data.remedy", revision=old + 1, finding=99, remedy=0)["code"] == "NBML-W68"


@pytest.mark.parametrize(
    "kinds",
    [("x", None), ("x", "z"), ("x", "g"), ("g", "x"), ("g", None), ("g", "h"), ("t", "x"), ("t", None)],
)
def test_every_pair_of_columns_has_its_figure(page, names, kinds):
    """S1"""
    n = 200
    names["df"] = pd.DataFrame(
        {
            "x": RNG.normal(size=n),
            "z": RNG.normal(size=n),
            "g": RNG.choice([HARD, "b"], n),
            "h": RNG.choice(["c", "d"], n),
            "t": pd.date_range("2024", periods=n),
        }
    )
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    place = {"x": 0, "z": 1, "g": 2, "h": 3, "t": 4, None: None}
    for colour in (None, 1, 2):
        figure = asked(
            page,
            "data.figure",
            revision=view["revision"],
            x=place[kinds[0]],
            y=place[kinds[1]],
            colour=colour,
        )["figure"]
        assert figure["data"]
        del figure["layout"]["template"]
        assert "<img" not in json.dumps(figure)


def test_correlations_say_when_there_is_nothing_to_correlate(page, names):
    names["df"] = pd.DataFrame({"x": [1.0, 2, 3], "g": ["a", "b", "a"], "z": [3.0, 2, 1]})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    body = {"revision": view["revision"], "chart": "correlation"}
    assert asked(page, "data.figure", method="spearman", **body)["figure"]["data"][0]["type"] == "heatmap"
    assert fault(page, "data.figure", positions=[0, 1], **body)["code"] == "NBML-W71"


def test_the_code_makes_the_table_that_is_in_hand(page, root):
    view = chosen(page, root, "mix.csv", "made 2024,,,\n" + MIX, encoding="cp932")
    view = asked(page, "data.reread", revision=view["revision"], header=[2], missing_tokens=["B"])
    view = asked(page, "data.edit", revision=view["revision"], positions=[3], role="target")
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], column_kind="text")
    scope = {}
    exec(asked(page, "data.code")["code"], scope)
    assert scope["table"].sha256 == page.panel.table.sha256
    assert scope["table"].columns == page.panel.table.columns


def test_a_table_given_by_code_is_shown_and_edited(show, names):
    table = nbml.read(pd.DataFrame({"x": [1.0, 2.0], "y": [1, 2]}))
    page = show(table, rooms=["data"], room="data")
    view = asked(page, "data.open")
    assert (view["n_columns"], view["source"]["kind"]) == (2, "table")
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], role="target")
    assert page.panel.table.columns["y"].role == "target"
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], column_kind="category")
    assert page.panel.table.columns["y"].kind == "category"


def test_japanese(show, names, root):
    page = show(roots=[root], rooms=["data"], room="data", language="ja")
    view = chosen(page, root, "mix.csv", MIX, encoding="cp932")
    assert word(view, "header")["text"] == "見出しは 1 行目"
    view = chosen(page, root, "bad.csv", b"")
    assert view["fault"]["message"] == "bad.csv は空です。"


def test_selected_rows_are_at_hand_in_python(page, names):
    names["df"] = pd.DataFrame({"x": [1.0, 2, 3]})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    asked(page, "data.select", revision=view["revision"], rows=[2, 0, 99])
    assert page.panel.selected["x"].tolist() == [3.0, 1.0]


def test_no_rows_are_kept_in_the_notebook(page, names):
    """S4"""
    names["df"] = pd.DataFrame({"x": ["needle-1", "needle-2"], "y": [1.0, 2.0]})
    view = asked(page, "data.choose", source={"kind": "frame", "name": "df"})
    asked(page, "data.rows", revision=view["revision"], start=0, count=2, columns=2)
    assert "needle" not in json.dumps(page.panel.session.snapshot())


def test_history_keeps_the_rows_of_one_reading_only(page, root):
    view = chosen(page, root, "mix.csv", MIX)
    for _ in range(3):
        view = asked(page, "data.reread", revision=view["revision"], missing_tokens=["B"])
        view = asked(page, "data.reread", revision=view["revision"], missing_tokens=None)
    room = room_of(page.panel.session)
    assert sum(step.read is not None for step in room._past) == 0
    (root / "mix.csv").unlink()
    view = asked(page, "data.undo", revision=view["revision"])
    assert view["fault"]["code"] == "NBML-R02"


def test_views_are_what_the_schema_says(page, root):
    TableView.model_validate_json(json.dumps(chosen(page, root, "mix.csv", MIX)))


def test_what_was_trained_on_is_a_data_set(page, root):
    """A version of a table is had again, whatever has become of its file; another content is version 2."""
    table = pd.DataFrame({"温度[℃]": np.arange(30.0), "lot": [f"L{i % 6}" for i in range(30)]})
    table["強度"] = table["温度[℃]"] * 2 + RNG.normal(size=30)
    path = root / "mix.csv"
    for offset in (0.0, 1.0):
        table.assign(強度=table["強度"] + offset).to_csv(path, index=False)
        spec = make_spec(path, "強度", group="lot", name=f"try {offset:g}")
        queue(write_job(spec, nbml.read(path), Settings()), Settings())
    path.unlink()
    assert asked(page, "data.sources")["frames"] == []
    kept = asked(page, "data.kept")
    assert [(v["name"], v["version"], v["title"]) for v in kept["versions"]] == [
        ("mix.csv", 2, "try 1"),
        ("mix.csv", 1, "try 0"),
    ]
    view = asked(page, "data.choose", source={"kind": "kept", "job_id": kept["versions"][1]["job_id"]})
    assert view["source"] == {"kind": "kept", "name": "mix.csv", "has_lines": False}
    assert [(c["name"], c["role"], c["unit"]) for c in view["columns"]] == [
        ("温度[℃]", "feature", "℃"),
        ("lot", "group", None),
        ("強度", "target", None),
    ]
    pd.testing.assert_series_equal(page.panel.table.frame["強度"], table["強度"])
    code = asked(page, "data.code")["code"]
    names = {}
    exec(code, names)
    assert names["table"].sha256 == page.panel.table.sha256
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], role="ignored")
    view = asked(page, "data.edit", revision=view["revision"], positions=[1], column_kind="text")
    assert view["columns"][1]["kind"] == "text"
    assert fault(page, "data.choose", source={"kind": "kept", "job_id": "gone"})["code"] == "NBML-J02"


@pytest.mark.parametrize(("language", "lot", "encoding"), [("en", "lot", "UTF-8"), ("ja", "ロット", "CP932")])
def test_who_has_no_table_tries_an_example(show, language, lot, encoding):
    """It is read as any file is: names and encoding of the language, units, parts, gaps; the code too."""
    page = show(room="data", rooms=["data", "train"], language=language)
    view = asked(page, "data.choose", source={"kind": "example", "name": "adhesive"})
    assert view["fault"] is None
    assert (view["n_rows"], view["columns"][0]["name"], view["source"]["kind"]) == (240, lot, "example")
    assert encoding in json.dumps(view["words"], ensure_ascii=False).upper()
    units = [c["unit"] for c in view["columns"]]
    assert units[1:4] == ["wt%"] * 3
    assert [bool(c["missing_share"]) for c in view["columns"]] == [False] * 6 + [True, False, False]
    frame = page.panel.table.frame
    np.testing.assert_allclose(frame.iloc[:, 1:4].sum(axis=1), 100)
    names = {}
    exec(asked(page, "data.code")["code"], names)
    assert names["table"].sha256 == page.panel.table.sha256
    again = asked(page, "data.choose", source={"kind": "example", "name": "adhesive"})
    assert again["columns"] == view["columns"]
    assert asked(page, "data.choose", source={"kind": "example", "name": "diabetes"})["n_rows"] == 442
