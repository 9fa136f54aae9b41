"""The form of an inverse search: filled in from models, mistakes at their fields, feasible, as code."""

import numpy as np
import pandas as pd
import pytest
import yaml

import nbml
from nbml.errors import NbmlError
from nbml.i18n import speaking
from nbml.jobs.drafting.as_code import as_yaml
from nbml.jobs.goal_setting.as_code import arguments_of, as_call
from nbml.jobs.goal_setting.check import check_form, located, spec_of
from nbml.jobs.goal_setting.form import fill_in
from nbml.jobs.goal_setting.form_of import form_of
from nbml.jobs.goal_setting.look import look
from nbml.jobs.goal_setting.models import choices, open_models, resolution
from nbml.jobs.optimize.launching import make_optimize_spec, start_search
from nbml.jobs.optimize.setting import read
from nbml.settings import Settings
from nbml.spec.messages.optimize_form import (
    CombinationRow,
    Condition,
    CountRow,
    DistanceRow,
    FormulaRow,
    GoalRow,
    IntervalRow,
    LinearRow,
    MixtureRow,
    OptimizeForm,
    RatioRow,
    Remainder,
    Term,
    WhenRow,
)
from nbml.spec.parse import parse_job

A, B, C = "水[%]", "<b>sand</b>", "a,b"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Models of a recipe with a category and a whole number; two targets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBML_HOME", str(tmp_path_factory.mktemp("goals")))
        patch.setenv("NBML_EXECUTOR", "inline")
        patch.setenv("NBML_LANGUAGE", "en")
        rng = np.random.default_rng(0)
        shares = np.round(rng.dirichlet([1, 1, 1], size=60) * 100, 1)
        shares[:, 2] = np.round(100 - shares[:, 0] - shares[:, 1], 1)
        table = pd.DataFrame({A: shares[:, 0], B: shares[:, 1], C: shares[:, 2]})
        table["kind"] = rng.choice(["X", "Y"], 60)
        table["days"] = rng.integers(1, 29, 60)
        table["strength"] = table[B] + 2 * (table["kind"] == "X") + 0.3 * table["days"]
        table["cost"] = table[B] * 0.5 + table["days"]
        job = nbml.train(table, targets=["strength", "cost"], trials=1, folds=2, shap=False)
        job.result(timeout_s=120)
        yield open_models((job.id,), Settings())


@pytest.fixture
def form(models):
    return fill_in(models)


def with_input(form, name, **changes):
    rows = tuple(row.model_copy(update=changes) if row.name == name else row for row in form.inputs)
    return form.model_copy(update={"inputs": rows})


def with_goal(form, number, **changes):
    rows = [row.model_copy(update=changes) if k == number else row for k, row in enumerate(form.goals)]
    return form.model_copy(update={"goals": tuple(rows)})


def with_rules(form, *rules):
    return form.model_copy(update={"constraints": rules})


def faults(form, models):
    return {(note.field, note.code) for note in check_form(form, models).notes if note.severity == "error"}


def press(form, models):
    """What pressing the button does."""
    spec, said = spec_of(form, models)
    try:
        start_search(spec)
    except NbmlError as error:
        raise located(error, said, form) from error


def warnings(form, models):
    found = check_form(form, models).notes
    return {(note.field, note.code) for note in found if note.severity == "warning"}


def test_it_is_filled_in_from_the_models(models, form):
    known = {one.name: one for one in models.inputs.values()}
    assert known[A].resolution == 0.1
    assert (known["days"].kind, known["days"].low, known["days"].high) == ("integer", 1, 28)
    assert sum(known[A].bars) == sum(known["kind"].bars) == 60
    assert known["kind"].levels == ("X", "Y")
    assert [goal.of for goal in form.goals] == ["strength", "cost"]
    assert form.constraints == (DistanceRow(most=0.95),)
    assert faults(form, models) == set()
    assert check_form(form, models).feasibility.state == "feasible"


def test_choices_are_trainings_with_models(models):
    assert [one.id for one in choices(models.known.sources[0] and Settings())] == list(models.runs)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([5, 10, 35], 5.0),
        ([0.5, 1.0, 2.0], 0.5),
        ([0.1, 0.25], 0.05),
        ([np.pi, 2.0], None),
        ([], None),
        ([0.0], None),
    ],
)
def test_resolution(values, found):
    assert resolution(np.array(values, dtype=np.float64)) == found


MIX = MixtureRow(parts=(A, B, C), total=100)
MISTAKES = {
    "O1": (lambda f: with_input(f, A, low=90, high=10), "inputs.0.low", "NBML-O01"),
    "O3": (lambda f: with_input(f, A, step=0), "inputs.0.step", "NBML-O03"),
    "O7": (lambda f: with_input(f, "days", high=99), "inputs.4", "NBML-O07"),
    "O8": (lambda f: with_input(f, A, log=True, low=0, extrapolate=True), "inputs.0.low", "NBML-O08"),
    "O9": (lambda f: with_input(f, "kind", use="levels", levels=("Z",)), "inputs.3.levels", "NBML-O09"),
    "O9 empty": (lambda f: with_input(f, "kind", use="levels"), "inputs.3.levels", "NBML-O61"),
    "O10": (lambda f: with_input(f, "days", low=3.5), "inputs.4.low", "NBML-O10"),
    "O6 fixed": (lambda f: with_input(f, A, use="fixed"), "inputs.0.fixed", "NBML-O61"),
    "O6 text": (lambda f: with_input(f, A, use="levels", levels=("x",)), "inputs.0.levels", "NBML-O06"),
    "goal": (lambda f: with_goal(f, 0, goal="between", low=9, high=1), "goals.0.low", "NBML-O01"),
    "goal open": (lambda f: with_goal(f, 0, goal="reach"), "goals.0.value", "NBML-O61"),
    "weight": (lambda f: with_goal(f, 1, weight=-1), "goals.1.weight", "NBML-S22"),
    "O15": (
        lambda f: f.model_copy(
            update={"goals": (*f.goals, GoalRow(on="formula", of="a.b()", goal="minimize"))}
        ),
        "goals.2.formula",
        "NBML-O15",
    ),
    "O14": (lambda f: with_rules(f, FormulaRow(formula="nothing <= 3")), "constraints.0.formula", "NBML-O14"),
    "ratio open": (lambda f: with_rules(f, RatioRow(of=A, to=B)), "constraints.0", "NBML-O61"),
    "when open": (
        lambda f: with_rules(f, WhenRow(when=(Condition(input="kind", levels=("X",)),))),
        "constraints.0",
        "NBML-O61",
    ),
    "combinations none": (
        lambda f: with_rules(f, CombinationRow(of=("kind",), mode="never")),
        "constraints.0",
        "NBML-O61",
    ),
    "combinations cell": (
        lambda f: with_rules(f, CombinationRow(of=("kind", A), mode="only", rows=(("X", 5), ("Y", None)))),
        "constraints.0.rows.1",
        "NBML-O61",
    ),
    "mixture open": (lambda f: with_rules(f, MixtureRow(parts=(A,))), "constraints.0", "NBML-O61"),
    "count": (lambda f: with_rules(f, CountRow(of=(A,), most=1.5)), "constraints.0", "NBML-S22"),
    "interval": (
        lambda f: with_rules(f, IntervalRow(target="x", most=1)),
        "constraints.0.target",
        "NBML-O31",
    ),
    "O23": (lambda f: f.model_copy(update={"evaluations": 0}), "evaluations", "NBML-O23"),
    "O23 empty": (lambda f: f.model_copy(update={"evaluations": None}), "evaluations", "NBML-O23"),
    "prove": (lambda f: f.model_copy(update={"prove_s": 0}), "prove_s", "NBML-S22"),
    "seed": (lambda f: f.model_copy(update={"seed": -1}), "seed", "NBML-S22"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=MISTAKES.keys())
def test_each_mistake_stands_at_its_field_before_pressing(case, models, form):
    change, field, code = MISTAKES[case]
    assert faults(change(form), models) == {(field, code)}


@pytest.mark.parametrize("case", MISTAKES, ids=MISTAKES.keys())
def test_each_mistake_stands_at_its_field_after_pressing(case, models, form):
    change, field, code = MISTAKES[case]
    broken = change(form)
    with pytest.raises(NbmlError) as caught:
        press(broken, models)
    assert (caught.value.fields["field"], caught.value.code) == (field, code)


def test_one_mistake_does_not_hide_the_next(models, form):
    broken = with_input(with_input(form, A, low=90, high=10), "days", low=3.5)
    broken = with_goal(broken, 0, goal="between", low=9, high=1)
    broken = with_rules(broken, FormulaRow(formula="("), MIX, FormulaRow(formula="nothing < 1"))
    fields = {field for field, _ in faults(broken, models)}
    assert fields == {
        "inputs.0.low",
        "inputs.4.low",
        "goals.0.low",
        "constraints.0.formula",
        "constraints.2.formula",
    }
    assert check_form(broken, models).feasibility.state == "unknown"


def test_a_remedy_mends_its_fault(models, form):
    for broken in (with_input(form, A, low=40, high=10), with_input(form, "days", high=99)):
        (note,) = [n for n in check_form(broken, models).notes if n.severity == "error"]
        mended = OptimizeForm.model_validate(broken.model_dump() | note.remedies[0].set)
        assert faults(mended, models) == set()


def test_nothing_wanted_is_said(models, form):
    silent = with_goal(with_goal(form, 0, goal=None), 1, goal=None)
    assert faults(silent, models) == {("goals", "NBML-O60")}
    with pytest.raises(NbmlError) as caught:
        spec_of(silent, models)
    assert caught.value.code == "NBML-O60"


def test_warnings_stand_at_their_fields(models, form):
    """O2, O4, O5, O11, O22, O26."""
    assert ("inputs.0", "NBML-O02") in warnings(with_input(form, A, low=20, high=20), models)
    assert ("inputs.0.step", "NBML-O04") in warnings(with_input(form, A, step=1000), models)
    assert ("inputs.0.high", "NBML-O05") in warnings(with_input(form, A, low=10, high=20, step=3), models)
    assert ("goals.0", "NBML-O11") in warnings(with_goal(form, 0, goal="reach", value=1e6), models)
    assert ("constraints", "NBML-O22") in warnings(with_rules(form), models)
    many = form.model_copy(
        update={"goals": (*form.goals, *(GoalRow(on="input", of=n, goal="minimize") for n in (A, B, C)))}
    )
    assert ("goals", "NBML-O26") in warnings(many, models)


def test_the_light_names_what_clashes(models, form):
    """O18: two sums that contradict each other, with the fields they stand in."""
    clash = with_rules(
        form, MIX, DistanceRow(), LinearRow(terms=(Term(name=A), Term(name=B), Term(name=C)), low=150)
    )
    found = check_form(clash, models).feasibility
    assert found.state == "clash"
    assert set(found.fields) == {"constraints.0", "constraints.2"}
    assert any("50" in words for words in found.missed)
    assert check_form(with_rules(form, MIX), models).feasibility.state == "feasible"


def full(form):
    """A form with something in every corner."""
    changed = with_input(
        with_input(form, "kind", use="fixed", fixed="X"), "days", use="levels", levels=(7, 14)
    )
    for name in (B, C):
        changed = with_input(changed, name, low=0, extrapolate=True)
    changed = with_input(changed, A, low=5, high=60, step=0.5, tolerance=0.1)
    changed = with_goal(
        with_goal(changed, 0, goal="at_least", value=30, soft=True, weight=2), 1, goal="minimize"
    )
    goals = (*changed.goals, GoalRow(on="formula", of=f"0.5 * `{A}` + `{C}`", goal="minimize"))
    rules = (
        MIX,
        LinearRow(terms=(Term(name=A, factor=2), Term(name=B, factor=-1)), low=0),
        CountRow(of=(B, C), most=2),
        WhenRow(
            when=(Condition(input="kind", levels=("X",)),),
            limits=(Remainder(input="days", low=7, high=28), Remainder(input=A, high=60)),
        ),
        CombinationRow(of=("kind", "days")),
        CombinationRow(of=("kind", "days"), mode="only", rows=(("X", 7), ("X", 14), ("Y", 7))),
        CombinationRow(of=("kind", A), mode="never", rows=(("X", 5.5),)),
        RatioRow(of=A, to=B, low=0.01, high=50),
        FormulaRow(formula=f"`{A}` / (`{B}` + 1) <= 5"),
        DistanceRow(most=0.9),
        IntervalRow(target="cost", most=100),
    )
    update = {
        "goals": goals,
        "constraints": rules,
        "evaluations": 300,
        "seed": 7,
        "minutes": 2,
        "prove_s": 12,
        "after": "01ABC",
        "name": "試験",
    }
    return changed.model_copy(update=update)


def test_code_makes_the_same_spec(models, form):
    """What is copied is what is run, by call and by file."""
    whole = full(form)
    assert faults(whole, models) == set()
    spec, said = spec_of(whole, models)
    heard = []

    class Nbml:
        """In the place of nbml, so that nothing is searched."""

        @staticmethod
        def optimize(runs, *arguments, **options):
            heard.append(make_optimize_spec(runs, *arguments, **options))

    call = as_call(whole.runs, said.arguments())
    assert max(map(len, call.splitlines())) <= 110
    exec(call.replace("import nbml\n", ""), {"nbml": Nbml})
    assert heard == [spec]
    assert parse_job(yaml.safe_load(as_yaml(spec))) == spec
    exec(as_call(spec.models, arguments_of(spec)).replace("import nbml\n", ""), {"nbml": Nbml})
    assert heard[1] == spec


def test_a_form_comes_back_from_its_spec(models, form):
    for one in (form, full(form)):
        spec, _ = spec_of(one, models)
        assert spec_of(form_of(spec, models), models)[0] == spec


RULES = [
    {"kind": "ratio", "of": A, "to": B, "low": 0.5, "high": 2},
    {"kind": "ratio", "of": A, "to": B, "low": 0.5},
    {"kind": "when", "when": {"kind": "X"}, "then": {"days": {"value": 7}, A: {"low": 1}}},
    {"kind": "combinations", "of": ["kind", "days"], "only": "seen", "never": [["X", 7]]},
    {"kind": "combinations", "of": ["kind", "days"], "only": [["X", 7], ["Y", 14]]},
    {"kind": "linear", "terms": {A: 2, B: -1}, "equals": 0},
    {"kind": "mixture", "parts": [A, B], "total": 60, "tolerance": 1},
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(rule)[:40])
def test_no_rule_is_lost_on_the_way_to_the_form(models, rule):
    """Started again, the form of a search allows the same rows as the search did."""
    spec = make_optimize_spec(models.runs[0], goals={"cost": "minimize"}, constraints=[rule])
    again, _ = spec_of(form_of(spec, models), models)
    positions = np.random.default_rng(0).integers(0, 2**31, size=(400, len(models.inputs)))

    def allowed(one):
        space = read(one, models.known).space
        return space.is_feasible(positions % [variable.count for variable in space.variables])

    assert allowed(again).tolist() == allowed(spec).tolist()


def test_a_form_of_other_models_keeps_what_they_know(models, form):
    old = form.model_copy(update={"inputs": (form.inputs[0].model_copy(update={"low": 20}),), "runs": ("x",)})
    drafted = look(old, models, Settings())
    assert [row.name for row in drafted.form.inputs] == list(models.inputs)
    assert drafted.form.inputs[0].low == 20
    assert drafted.form.runs == models.runs


def test_without_models_there_is_nothing_to_set():
    drafted = look(None, None, Settings())
    assert drafted.form.runs == ()
    assert drafted.inputs == ()


def test_it_speaks_japanese(models, form):
    with speaking("ja"):
        (note,) = [
            n for n in check_form(with_goal(form, 0, goal="reach"), models).notes if n.code == "NBML-O61"
        ]
    assert "目標" in note.message or "値" in note.message
