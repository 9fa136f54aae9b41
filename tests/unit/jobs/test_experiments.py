"""Next experiments: planned out of a front, measured later, compared, and put under the training rows."""

import json

import numpy as np
import pandas as pd
import pytest

from nbml.data.store import save_frame
from nbml.engine.job_folder import JobFolder, new_job_id
from nbml.errors import OptimizeError
from nbml.jobs.experiments.book import cells_of, drop, measure, plan, read_book
from nbml.jobs.experiments.comparing import book_table, figure_of
from nbml.jobs.experiments.extending import can_extend, extended_table
from nbml.jobs.experiments.listing import experiment_list
from nbml.jobs.optimize.result import OptimizeResult
from nbml.spec.front import InputRange, OptimizeRecord

A, KIND, Y, Z = "<b>水</b>[%]", "=kind", "強度, y", "cost"


@pytest.fixture
def result(nbml_home):
    """A front of three rows, one of them on no interval."""
    folder = JobFolder.of(nbml_home / "jobs", new_job_id()).make()
    table = pd.DataFrame({A: [1.0, 2.5, 3.0], KIND: ["=L0", "L1", "L1"]})
    for target, values in ((Y, [10.0, 20.0, 30.0]), (Z, [1.0, 2.0, 3.0])):
        table[f"predicted_{target}"] = values
        table[f"lower_{target}"] = [values[0] - 1, values[1] - 1, np.nan]
        table[f"upper_{target}"] = [values[0] + 1, values[1] + 1, np.nan]
    table["desirability"] = [0.2, 0.5, 0.9]
    record = OptimizeRecord(
        job_id=folder.job_id, state="succeeded", title="t", targets=(Y, Z), runs=("gone",),
        inputs=(InputRange(name=A, kind="number"), InputRange(name=KIND, kind="category")), goals=(),
        evaluations=3, front_size=3, is_feasible=True, pareto_sha256=save_frame(table, folder.data),
        evaluated_sha256="-",
    )  # fmt: skip
    return OptimizeResult(folder.root, record)


def test_a_plan_keeps_what_was_foreseen_and_no_row_twice(result):
    book = plan(result, [(2, "exploit"), (0, "fill")])
    assert [one.number for one in book.experiments] == [1, 2]
    assert book.experiments[0].cells == (3.0, "L1")
    assert book.experiments[1].foreseen[0].model_dump() == {
        "target": Y, "value": 10.0, "lower": 9.0, "upper": 11.0,
    }  # fmt: skip
    assert book.experiments[0].foreseen[0].lower is None
    assert len(plan(result, [(0, "chosen"), (1, "explore")]).experiments) == 3
    assert read_book(result.folder).last == 3
    assert cells_of(result)[1] == (2.5, "L1")


def test_results_are_entered_corrected_and_taken_back(result):
    plan(result, [(0, "exploit"), (1, "explore")])
    measure(result, 1, Y, 10.5)
    measure(result, 1, Y, 13)
    book = measure(result, 2, Z, 2.2)
    assert [one.measured for one in book.experiments] == [{Y: 13.0}, {Z: 2.2}]
    assert book.experiments[0].measured_at
    assert measure(result, 1, Y, None).experiments[0].measured == {}
    assert read_book(result.folder).experiments[0].measured_at is None


def test_a_number_is_never_given_twice(result):
    plan(result, [(0, "exploit"), (1, "explore")])
    assert [one.number for one in drop(result, 2).experiments] == [1]
    assert [one.number for one in plan(result, [(1, "explore")]).experiments] == [1, 3]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda r: plan(r, [(9, "chosen")]), "NBML-O63"),
        (lambda r: plan(r, [(-1, "chosen")]), "NBML-O63"),
        (lambda r: measure(r, 7, Y, 1), "NBML-O64"),
        (lambda r: drop(r, 7), "NBML-O64"),
        (lambda r: measure(r, 1, Y, float("nan")), "NBML-O65"),
        (lambda r: measure(r, 1, "nothing", 1), "NBML-O31"),
        (lambda r: extended_table(r, read_book(r.folder)), "NBML-O66"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(result, act, code):
    plan(result, [(0, "exploit")])
    before = (result.folder / "experiments.json").read_bytes()
    with pytest.raises(OptimizeError) as caught:
        act(result)
    assert caught.value.code == code
    assert caught.value.next_step
    assert (result.folder / "experiments.json").read_bytes() == before


def test_measured_stands_beside_foreseen(result):
    plan(result, [(0, "exploit"), (1, "explore"), (2, "fill")])
    measure(result, 1, Y, 13)
    measure(result, 2, Y, 20.5)
    book = measure(result, 3, Y, 31)
    table = book_table(book)
    assert list(table.columns[:5]) == ["number", "planned", "why", A, KIND]
    assert table[f"error_{Y}"].tolist() == [3.0, 0.5, 1.0]
    assert table[f"inside_{Y}"].tolist() == [False, True, None]
    figure = figure_of(book, Y)
    drawn = json.dumps(json.loads(figure.to_json()), ensure_ascii=False)
    assert "<b>" not in drawn
    inside, beyond = figure.data[1:]
    assert inside.customdata.tolist() == [2, 3]
    assert beyond.customdata.tolist() == [1]
    assert figure_of(book, Z) is None


def test_a_room_is_told_all_of_it(result):
    plan(result, [(0, "exploit"), (1, "explore")])
    told = experiment_list(result, measure(result, 2, Y, 99))
    assert [line.row for line in told.rows] == [0, 1]
    assert told.rows[1].results[0].is_inside is False
    assert told.rows[0].results[0].is_inside is None
    assert [one.target for one in told.figures] == [Y]
    assert not told.can_extend
    assert not can_extend(result, read_book(result.folder))


def test_an_empty_book_is_a_table_of_no_rows(result):
    assert len(book_table(read_book(result.folder))) == 0
    assert experiment_list(result, read_book(result.folder)).rows == ()


def test_the_result_keeps_the_book_in_code(result):
    assert len(result.experiments) == 0
    assert result.plan([1, 0])["why"].tolist() == ["chosen", "chosen"]
    told = result.measure(2, {Y: 10.2, Z: 1.0})
    assert told[f"inside_{Y}"].tolist() == [None, True]
    assert told[f"measured_{Z}"].tolist()[1] == 1.0
    drawn = result.figure(f"predicted_{Y}", f"predicted_{Z}", z=A)
    assert [trace.type for trace in drawn.data] == ["scatter3d"]
