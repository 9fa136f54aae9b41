"""One look at a form: what is wrong, whether any row is feasible, what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbml.jobs.goal_setting.check import check_form
from nbml.jobs.goal_setting.form import fill_in, refit
from nbml.jobs.goal_setting.models import Models, choices
from nbml.spec.messages.optimize_form import Feasibility, OptimizeDraft, OptimizeForm

if TYPE_CHECKING:
    from nbml.settings import Settings


def look(form: OptimizeForm | None, models: Models | None, settings: Settings) -> OptimizeDraft:
    """Everything that can be said of a form before the search.

    Parameters
    ----------
    form : OptimizeForm or None
        None to fill one in. One for other models keeps what they know, too.
    models : Models or None
        None while there are none.
    settings : Settings
    """
    offered = choices(settings)
    if models is None:
        nothing = Feasibility(state="unknown")
        return OptimizeDraft(
            form=OptimizeForm(), runs=offered, inputs=(), targets=(), notes=(), feasibility=nothing
        )
    if form is None:
        form = fill_in(models)
    elif [row.name for row in form.inputs] != list(models.inputs) or not form.goals:
        form = refit(form, models)
    checked = check_form(form, models)
    return OptimizeDraft(
        form=form,
        runs=offered,
        inputs=tuple(models.inputs.values()),
        targets=tuple(models.targets.values()),
        notes=tuple(sorted(checked.notes, key=lambda note: note.severity != "error")),
        feasibility=checked.feasibility,
    )
