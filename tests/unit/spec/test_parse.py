"""Specs in and out of text: equal again, strict, and wrong places named."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbml.errors import SpecError
from nbml.spec.parse import (
    MAX_SPEC_BYTES,
    answer_hash,
    load_spec,
    parse_spec,
    spec_to_dict,
    spec_to_json,
    spec_to_yaml,
)
from nbml.spec.train import TrainSpec

HOSTILE = [
    "a,b",
    "=1+1",
    "__proto__",
    "yes",
    "null",
    "~",
    "1e3",
    "1_000",
    "0x1f",
    "12:30",
    "2020-01-01",
    "- x",
    "{a: b}",
    "a: b",
    "#x",
    "&a",
    "*a",
    "!!python/object:os.system",
    "'",
    '"',
    "\\",
    "a\nb",
    "a\r\nb",
    "\t",
    " x ",
    "<<",
    "",
    "強度[MPa]",
    "𠮷",
    "\u2028",
    "\x85",
    "\u202eabc",
    "\ufeffx",
    "\x07",
    "\x7f",
    "%TAG",
    "| ",
    ">",
    "@x",
    "`x`",
]
NAMES = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=12))
NUMBERS = st.one_of(st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False))
RANGES = st.one_of(
    NUMBERS,
    st.fixed_dictionaries({}, optional={"low": NUMBERS, "high": NUMBERS, "log": st.booleans()}),
    st.fixed_dictionaries(
        {"choices": st.lists(st.one_of(NUMBERS, NAMES, st.booleans()), min_size=1, max_size=3)}
    ),
)


@st.composite
def specs(draw):
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    maybe = lambda strategy: draw(st.one_of(st.none(), strategy))  # noqa: E731
    raw = {
        "name": maybe(NAMES),
        "project": draw(NAMES),
        "targets": names,
        "features": maybe(st.lists(NAMES, max_size=3)),
        "group": maybe(NAMES),
        "fold_column": maybe(NAMES),
        "folds": draw(st.sampled_from([None, 2, 10, "logo"])),
        "models": draw(st.lists(st.sampled_from(["lightgbm", "mlp"]), min_size=1, unique=True)),
        "search": {
            "trials": draw(st.integers(1, 100)),
            "timeout_s": maybe(st.floats(1e-9, 1e9)),
            "space": {"mlp": draw(st.dictionaries(NAMES, RANGES, max_size=3))},
        },
        "kinds": draw(st.dictionaries(NAMES, st.sampled_from(["number", "category"]), max_size=3)),
        "data": {
            "read": {
                "delimiter": maybe(st.sampled_from([",", "\t", ";"])),
                "missing_tokens": maybe(st.lists(NAMES, max_size=3)),
            },
            "name": draw(NAMES),
        },
        "seed": draw(st.integers(0, 2**32 - 1)),
    }
    return parse_spec(raw)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(spec=specs(), kind=st.sampled_from(["yaml", "json"]))
def test_written_and_read_back_is_equal(tmp_path, spec, kind):
    path = tmp_path / f"spec.{kind}"
    path.write_bytes((spec_to_yaml if kind == "yaml" else spec_to_json)(spec).encode())
    back = load_spec(path)
    assert back == spec
    assert spec_to_dict(back) == spec_to_dict(spec)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_hostile_names_survive(tmp_path, name, kind):
    """D33, D34, D35."""
    spec = parse_spec(
        {
            "targets": [name],
            "group": name,
            "kinds": {name: "number"},
            "search": {"space": {"mlp": {name: name}}},
        }
    )
    path = tmp_path / f"s.{kind}"
    path.write_bytes((spec_to_yaml if kind == "yaml" else spec_to_json)(spec).encode())
    assert load_spec(path) == spec


@pytest.mark.parametrize("text", ["1e-5", "1E-5", "1.0e-5", "1e5", "0.00001", "-1e-05"])
def test_numbers_as_people_write_them(tmp_path, text):
    """A range of 1e-5 is a number in YAML as in JSON and Python."""
    path = tmp_path / "s.yaml"
    path.write_text(f"targets: [y]\nsearch:\n  space:\n    mlp:\n      alpha: {{low: {text}, high: 1}}\n")
    low = load_spec(path).search.space["mlp"]["alpha"]["low"]
    assert isinstance(low, float)
    assert low == float(text)


def test_a_spec_runs_from_json_too(tmp_path):
    spec = parse_spec(
        {"targets": ["y"], "search": {"space": {"mlp": {"alpha": {"low": 1e-05, "high": 1.0}}}}}
    )
    path = tmp_path / "spec.json"
    path.write_text(spec_to_json(spec))
    assert load_spec(path) == spec


def test_a_list_of_wrong_items_is_not_also_too_short():
    with pytest.raises(SpecError) as caught:
        parse_spec({"targets": ["y"], "models": ["forest"]})
    assert caught.value.fields["places"] == ["models.0"]
    with pytest.raises(SpecError) as caught:
        parse_spec({"targets": ["y"], "models": []})
    assert caught.value.fields["places"] == ["models"]


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"targets": ["y"], "taget": 1}, "taget"),
        ({"targets": ["y"], "search": {"trails": 3}}, "search.trails"),
        ({"targets": ["y"], "data": {"read": {"header_row": 1}}}, "data.read.header_row"),
        ({"targets": ["y"], "resources": {"gpus": 1}}, "resources.gpus"),
        ({"targets": []}, "targets"),
        ({}, "targets"),
        ({"targets": ["y"], "models": ["forest"]}, "models.0"),
        ({"targets": ["y"], "search": {"sampler": "grid"}}, "search.sampler"),
        ({"targets": ["y"], "search": {"trials": 0}}, "search.trials"),
        ({"targets": ["y"], "search": {"timeout_s": -1}}, "search.timeout_s"),
        ({"targets": ["y"], "search": {"timeout_s": math.inf}}, "search.timeout_s"),
        ({"targets": ["y"], "search": {"timeout_s": math.nan}}, "search.timeout_s"),
        ({"targets": ["y"], "seed": -1}, "seed"),
        ({"targets": ["y"], "schema": "nbml.job/2"}, "schema"),
        ({"targets": ["y"], "missing_target": "guess"}, "missing_target"),
        ({"targets": ["y"], "resources": {"workers": 0}}, "resources.workers"),
        ({"targets": ["y"], "search": {"space": {"forest": {}}}}, "search.space.forest"),
        (
            {
                "targets": ["y"],
                "resolved": {
                    "job_id": "../x",
                    "features": ["x"],
                    "n_rows": 1,
                    "versions": {},
                    "created": "",
                    "user": "",
                    "columns_sha256": "",
                },
            },
            "resolved.job_id",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_is_wrong_is_named_with_its_place(raw, place):
    """NBML-S01."""
    with pytest.raises(SpecError) as refused:
        parse_spec(raw)
    error = refused.value
    assert error.code == "NBML-S01"
    assert any(p.startswith(place) for p in error.fields["places"]), error.fields["places"]
    assert place in error.message


def test_every_wrong_place_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        parse_spec({"targets": ["y"], "group": 1, "seed": "x", "nope": 0})
    assert len(refused.value.fields["places"]) == 3


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"targets: [y", "S02"),
        (b"\xff\xfe", "S02"),
        (b"", "S02"),
        (b"- a\n- b", "S02"),
        (b"just text", "S02"),
        (b"x: !!python/object/apply:os.system ['true']", "S02"),
        (b"a: *nowhere", "S02"),
        (b"[" * 5_000, "S02"),
        (b"{a: " * 5_000, "S02"),
        (b"x" * (MAX_SPEC_BYTES + 1), "S02"),
        (b"targets: [y]\n1: 2\n", "S01"),
    ],
    ids=[
        "open",
        "no utf-8",
        "empty",
        "list",
        "text",
        "object",
        "alias",
        "deep list",
        "deep map",
        "long",
        "number as key",
    ],
)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_file_that_is_no_spec(tmp_path, content, what, suffix):
    """NBML-S02 names the file; nothing in it is ever run."""
    path = tmp_path / f"s.{suffix}"
    path.write_bytes(content)
    with pytest.raises(SpecError) as refused:
        load_spec(path)
    assert refused.value.code in (f"NBML-{what}", "NBML-S02")
    if refused.value.code == "NBML-S02":
        assert str(path) in refused.value.message


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SpecError) as refused:
        load_spec(tmp_path / "none.yaml")
    assert refused.value.code == "NBML-S02"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"targets": ["y"], "search": {"trials": None}}, "NBML-S03"),
        ({"targets": ["y"], "folds": 1}, "NBML-S04"),
        ({"targets": ["y"], "folds": -3}, "NBML-S04"),
        ({"targets": ["y", "y"]}, "NBML-S05"),
        ({"targets": ["y"], "models": ["mlp", "mlp"]}, "NBML-S05"),
    ],
)
def test_what_contradicts_itself(raw, code):
    with pytest.raises(SpecError) as refused:
        parse_spec(raw)
    assert refused.value.code == code


def test_a_relative_path_is_taken_from_the_file(tmp_path):
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "s.yaml"
    path.write_text("targets: [y]\ndata: {path: ../table.csv}\n")
    assert load_spec(path).data.path == str(tmp_path / "sub" / "../table.csv")
    path.write_text("targets: [y]\ndata: {path: /elsewhere/table.csv}\n")
    assert load_spec(path).data.path == "/elsewhere/table.csv"


def test_the_schema_is_a_json_schema():
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    schema = json.loads(json.dumps(TrainSpec.model_json_schema()))
    validator.check_schema(schema)
    spec = spec_to_dict(
        parse_spec({"targets": ["y"], "group": "lot", "search": {"space": {"mlp": {"width": 4}}}})
    )
    assert list(validator(schema).iter_errors(spec)) == []
    assert list(validator(schema).iter_errors({**spec, "nope": 1}))
    assert all(
        "description" in field
        for name, field in schema["properties"].items()
        if name not in ("schema", "task", "data", "search", "explain", "resources")
    )


def test_a_spec_cannot_be_changed():
    spec = parse_spec({"targets": ["y"]})
    with pytest.raises(ValueError, match="frozen"):
        spec.seed = 7


def test_what_decides_the_answer():
    """F37, F47: the hash moves with the search and stays with names, places and resources."""
    base = {"targets": ["y"], "name": "a", "resources": {"workers": 1}}
    one = answer_hash(parse_spec(base))
    for same in (
        {"name": "b"},
        {"resources": {"workers": 8, "memory_mb": 100}},
        {"project": "p"},
        {"alias": "best"},
    ):
        assert answer_hash(parse_spec(base | same)) == one
    others = [
        {"seed": 1},
        {"folds": 3},
        {"group": "g"},
        {"models": ["mlp"]},
        {"targets": ["z"]},
        {"search": {"trials": 5}},
        {"resources": {"threads": 2}},
        {"explain": {"shap": False}},
    ]
    assert len({one, *(answer_hash(parse_spec(base | other)) for other in others)}) == len(others) + 1


def test_no_number_of_trials_reads_back_as_none():
    """F43: a search that time alone ends must not get the default number of trials on the way to disk."""
    spec = parse_spec({"targets": ["y"], "search": {"trials": None, "timeout_s": 60.0}})
    again = parse_spec(spec_to_dict(spec))
    assert again == spec
    assert again.search.trials is None
    assert answer_hash(spec) != answer_hash(parse_spec({"targets": ["y"], "search": {"timeout_s": 60.0}}))
