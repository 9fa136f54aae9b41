"""Every fault stands at the field where it can be mended, in both languages, with what mends it."""

import numpy as np
import pandas as pd
import pytest
from tests.unit.jobs.drafting.conftest import frame

import nbml
from nbml.errors import NbmlError
from nbml.i18n import speaking
from nbml.jobs.drafting.faults import check_form, located, spec_of
from nbml.jobs.drafting.look import look
from nbml.jobs.launch import start
from nbml.spec.messages.train_form import TrainForm

Y = "強度[MPa]"
GOOD = TrainForm(targets=(Y,), group="lot")


def only(form, table):
    """The first error of a form."""
    checked = check_form(form, table)
    assert not checked.is_sound
    return next(note for note in checked.notes if note.severity == "error")


def test_a_sound_form(table):
    checked = check_form(GOOD, table)
    assert checked.is_sound
    assert checked.spec is not None
    assert checked.spec.group == "lot"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"targets": ()}, "targets"),
        ({"models": ()}, "models"),
        ({"targets": (Y, "nope")}, "targets"),
        ({"group": "nope"}, "group"),
        ({"fold_column": "nope", "group": None}, "fold_column"),
        ({"taken_in": ("nope",)}, "features"),
        ({"targets": ("lot",)}, "group"),
        ({"targets": ("kind",)}, "targets"),
        ({"left_out": ("x", "z", "kind")}, "features"),
        ({"folds": 1}, "folds"),
        ({"folds": 2.5}, "folds"),
        ({"folds": 7}, "folds"),
        ({"folds": "logo", "group": None}, "folds"),
        ({"folds": 40, "group": None}, "folds"),
        ({"trials": 0}, "trials"),
        ({"trials": None, "minutes": None}, "trials"),
        ({"minutes": -1}, "minutes"),
        ({"seed": None}, "seed"),
        ({"seed": 2**40}, "seed"),
        ({"workers": 0}, "workers"),
        ({"sampler": "guess"}, "sampler"),
        ({"models": ("lightgbm", "prophet")}, "models"),
        ({"name": "n" * 300}, "name"),
        ({"register_as": "a", "alias": "b" * 9, "kinds": {"nope": "number"}}, "kinds"),
        ({"space": {"lightgbm": {"num_leaves": {"low": 50}}}}, "space.lightgbm.num_leaves"),
        ({"space": {"lightgbm": {"depth": 3}}}, "space.lightgbm.depth"),
    ],
)
def test_the_fault_names_its_field(table, changes, field):
    form = GOOD.model_copy(update=changes)
    note = only(form, table)
    assert note.field == field
    assert note.message
    assert "?" not in note.message + note.next_step
    with speaking("ja"):
        assert only(form, table).message != note.message


@pytest.mark.parametrize(
    "changes", [{"targets": ("lot",)}, {"folds": 7}, {"group": "nope"}, {"targets": (Y, Y)}]
)
def test_pressing_gives_the_same_field(table, changes, nbml_home):
    """What training refuses after the press is told where the look told it before."""
    form = GOOD.model_copy(update=changes)
    with pytest.raises(NbmlError) as caught:
        start(spec_of(form, table.columns), table, executor="inline")
    assert located(caught.value, form).fields["field"] == only(form, table).field
    assert not list((nbml_home / "jobs").glob("*/spec.json"))


def table_with(**columns):
    made = frame()
    for name, change in columns.items():
        made[name] = change(made)
    return nbml.read(made)


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        (nbml.read(frame().assign(**{Y: lambda f: f[Y].where(f.index != 3)})), {}),
        (nbml.read(frame().assign(x=lambda f: f["x"].where(f.index != 3, np.inf))), {}),
        (nbml.read(frame()), {"folds": 40, "group": None}),
        (nbml.read(frame()), {"folds": 7}),
        (nbml.read(frame()), {"folds": "logo", "group": None}),
        (nbml.read(frame().assign(lot="one")), {}),
        (nbml.read(frame().assign(copy=lambda f: f[Y])), {"targets": (Y,)}),
    ],
    ids=["D01", "D04", "D11", "D13", "D58", "D12", "D70"],
)
def test_a_remedy_mends_its_fault(table, changes):
    """Pressing the button leaves a form without that fault."""
    form = GOOD.model_copy(update=changes)
    note = next(note for note in check_form(form, table).notes if note.remedies)
    mended = form.model_copy(update=note.remedies[0].set)
    assert note.code not in {other.code for other in check_form(mended, table).notes}
    assert note.remedies[0].text


def test_a_column_of_many_levels_may_become_the_group():
    rng = np.random.default_rng(0)
    made = pd.DataFrame({"mix": [f"m{i % 120}" for i in range(200)], "x": rng.normal(size=200)})
    made["y"] = made["x"] + rng.normal(size=200)
    note = next(
        n for n in check_form(TrainForm(targets=("y",)), nbml.read(made)).notes if n.code == "NBML-D24"
    )
    assert [remedy.set.get("group") for remedy in note.remedies] == ["mix", None]


def test_a_look_at_a_broken_form_says_what_it_can(table):
    """Ranges and folds stay in view while another field is wrong."""
    drafted = look(GOOD.model_copy(update={"space": {"lightgbm": {"num_leaves": {"low": 50}}}}), table)
    assert drafted.estimate is None
    assert drafted.preview is not None
    leaves = next(r for r in drafted.ranges["lightgbm"] if r.name == "num_leaves")
    assert (leaves.low, leaves.changed, leaves.usual_low) == (50, True, 4)


def test_a_look_fits_a_message(table):
    drafted = look(None, table)
    assert drafted.form.targets == (Y,)
    assert drafted.estimate is not None
    assert len(drafted.model_dump_json()) < 100_000
