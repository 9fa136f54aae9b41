"""A form filled in from a sheet, and the arguments it stands for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbml.jobs.drafting.as_code import as_call, as_yaml, literal
from nbml.jobs.drafting.draft import DEFAULTS, arguments, arguments_of, choices, features_of, fill_in, form_of
from nbml.jobs.drafting.faults import spec_of
from nbml.jobs.launch import make_spec
from nbml.spec.columns import Column, ColumnSheet
from nbml.spec.messages.train_form import TrainForm
from nbml.spec.parse import parse_spec
from nbml.spec.plain_text import from_text
from nbml.spec.reading import ReadOptions

HOSTILE = [
    "q\"uo'te",
    "<img src=x onerror=alert(1)>",
    "強度[MPa]",
    "a,b",
    "{x}",
    "\u202egnp",
    "line\nend",
    "\\",
    "🙂",
]


def sheet_of(names, **roles):
    return ColumnSheet(
        columns=tuple(
            Column(
                name=name,
                position=i,
                kind="number",
                n_unique=9,
                low=0,
                high=1,
                role=roles.get(name, "feature"),
            )
            for i, name in enumerate(names)
        )
    )


def test_defaults_are_those_of_the_call():
    """The form and ``nbml.train`` agree on every default."""
    assert arguments(sheet_of("ab"), TrainForm(targets=("b",))) == {"targets": "b"}
    unsaid = set(DEFAULTS) - set(TrainForm.model_fields)
    assert unsaid == {"model", "timeout_s"}


def test_roles_go_before_guesses():
    sheet = sheet_of("abcd", b="target", c="group", d="fold")
    form = fill_in(sheet)
    assert (form.targets, form.group, form.fold_column) == (("b",), "c", "d")
    assert fill_in(sheet_of("abcd")).targets == ("d",)


def test_no_numeric_column_leaves_the_target_open(table):
    texts = ColumnSheet(columns=tuple(c for c in table.columns.columns if c.kind == "category"))
    assert fill_in(texts).targets == ()


def test_features_are_said_only_where_the_call_would_choose_others():
    names = "abcd"
    form = TrainForm(targets=("d",), group="c")
    assert features_of(sheet_of(names), form) is None
    assert features_of(sheet_of(names), form.model_copy(update={"left_out": ("a",)})) == ["b"]
    assert features_of(sheet_of(names), form.model_copy(update={"taken_in": ("c",)})) == ["a", "b", "c"]
    # a role given by hand is not known to the call
    assert features_of(sheet_of(names, a="ignored"), form) == ["b"]


def test_a_new_target_is_no_feature_any_more():
    form = TrainForm(targets=("d", "a"), left_out=("b",))
    assert features_of(sheet_of("abcd"), form) == ["c"]


def test_a_kind_makes_a_feature(table):
    """A text column becomes a feature once its kind is said."""
    text = table.columns["kind"].model_copy(update={"kind": "text", "role": "ignored"})
    sheet = ColumnSheet(columns=(text, *(c for c in table.columns.columns if c.name != "kind")))
    form = TrainForm(targets=("強度[MPa]",))
    assert not next(c for c in choices(sheet, form) if c.name == "kind").can_be_feature
    said = form.model_copy(update={"kinds": {"kind": "category"}})
    assert next(c for c in choices(sheet, said) if c.name == "kind").is_feature


names = st.lists(st.sampled_from([*HOSTILE, "p", "q", "r"]), min_size=3, max_size=8, unique=True)


@st.composite
def forms(draw):
    columns = draw(names)
    targets = tuple(draw(st.lists(st.sampled_from(columns), min_size=1, max_size=2, unique=True)))
    rest = [name for name in columns if name not in targets]
    pick = st.none() | st.sampled_from(rest) if rest else st.none()
    form = TrainForm(
        targets=targets,
        left_out=tuple(draw(st.lists(st.sampled_from(columns), max_size=2, unique=True))),
        taken_in=tuple(draw(st.lists(st.sampled_from(columns), max_size=1))),
        group=draw(pick),
        models=tuple(
            draw(st.lists(st.sampled_from(["lightgbm", "mlp"]), min_size=1, max_size=2, unique=True))
        ),
        trials=draw(st.sampled_from([30, 10, 100, 30.0])),
        minutes=draw(st.sampled_from([None, 2, 0.5, 1.1])),
        folds=draw(st.sampled_from([None, 3, "logo"])),
        seed=draw(st.sampled_from([42, 0, 7])),
        sampler=draw(st.sampled_from(["tpe", "random"])),
        space=draw(
            st.sampled_from([{}, {"lightgbm": {"num_leaves": {"low": 4, "high": 63}, "lambda_l2": 0.1}}])
        ),
        workers=draw(st.sampled_from([None, 2])),
        shap=draw(st.booleans()),
        missing_target=draw(st.sampled_from(["refuse", "drop"])),
        kinds=draw(st.sampled_from([{}, {columns[0]: "category"}])),
        name=draw(st.none() | st.sampled_from(HOSTILE)),
        project=draw(st.sampled_from(["default", "強度 v2"])),
    )
    return columns, form


@settings(max_examples=60, deadline=None)
@given(forms(), st.sampled_from(["df", '/data/混合 "x".csv']))
def test_the_code_makes_the_same_spec(drawn, source):
    """What "copy as code" gives is run, and makes the spec that the form would start."""
    columns, form = drawn
    sheet = sheet_of(columns)
    said = arguments(sheet, form)
    read = ReadOptions(encoding="cp932", header=(3, 4))
    is_path = source != "df"
    code = as_call(said, source, is_path=is_path, read=read if is_path else None)
    made = []

    class Nbml:
        @staticmethod
        def train(*given, **named):
            made.append(make_spec(given[0] if isinstance(given[0], str) else None, **named))

    body = code.removeprefix("import nbml\n")
    exec(compile(body, "copied", "exec"), {"nbml": Nbml, "df": object()})
    expected = make_spec(source if is_path else None, **said, **({"read": read} if is_path else {}))
    assert made == [expected]
    assert expected.model_copy(update={"data": spec_of(form, sheet).data}) == spec_of(form, sheet)
    assert parse_spec(from_text(as_yaml(made[0]), is_json=False)) == made[0]
    # and back again
    again = form_of(made[0], sheet)
    assert spec_of(again, sheet) == spec_of(form, sheet)
    assert make_spec(None, **arguments_of(spec_of(form, sheet))) == spec_of(form, sheet)


def test_code_is_no_place_for_code():
    with pytest.raises(ValueError, match="not a name"):
        as_call({"targets": "y"}, "__import__('os')", is_path=False)


def test_long_lists_are_broken_into_lines():
    made = literal([f"column number {i}" for i in range(20)], "    ")
    assert max(map(len, made.splitlines())) <= 88
    assert eval(made) == [f"column number {i}" for i in range(20)]


def test_a_short_call_stays_on_one_line():
    assert as_call({"targets": "y"}, "mix.csv", is_path=True).splitlines()[-1] == (
        "job = nbml.train('mix.csv', targets='y')"
    )
