"""One row: from the base value to its prediction, feature by feature, adding up visibly."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from nbml.figures.explained_rows import GAINS, LOSSES, Told, drawing
from nbml.figures.names import plain, with_unit
from nbml.figures.shap_bar import FRAME_PX, ROW_PX
from nbml.figures.theme import OTHERS
from nbml.i18n import text
from nbml.i18n.numbers import decimals

SHOWN = 12


def waterfall(told: Told, place: int, *, most: int = SHOWN, is_of_table: bool = True) -> go.Figure:
    """Bars from the base value to the prediction, the largest contribution first.

    Parameters
    ----------
    told : Told
    place : int
        Which of the explained rows.
    most : int
        Features with a bar of their own; the others share the last one, so that the bars add up.
    is_of_table : bool
        Whether the row has a number that a reader can look up.
    """
    one = told.explained
    values, base = one.values[place], float(one.base[place])
    order = np.argsort(-np.abs(values), kind="stable")
    shown, rest = order[:most], order[most:]
    if len(rest) == 1:
        shown, rest = order, order[:0]
    steps = [float(values[k]) for k in shown]
    names = [f"{name} = {told.cell(int(k), one.X[place, k])}" for k, name in
             zip(shown, told.names([int(k) for k in shown], 18), strict=True)]  # fmt: skip
    if rest.size:
        steps.append(float(values[rest].sum()))
        names.append(text("explain_room.figure.rest", count=len(rest)))
    starts = base + np.concatenate([[0.0], np.cumsum(steps)])
    predicted = float(starts[-1])
    largest = max((abs(step) for step in steps), default=1.0) or 1.0
    digits = max(decimals(largest, largest / 100), 0)

    def said(value: float, sign: str = "") -> str:
        return f"{value:{sign}.{digits}f}".replace("-", "−")

    first = text("explain_room.figure.base")
    last = text("explain_room.figure.predicted")
    labels = [first, *names, last]
    measured = float(one.measured[place])
    reached = np.append(starts, measured) if np.isfinite(measured) else starts
    low, high = float(reached.min()), float(reached.max())
    room = 0.18 * ((high - low) or abs(predicted) or 1.0)
    floor = low - room
    bars = go.Bar(
        orientation="h",
        y=list(range(len(labels))),
        base=[floor, *starts[:-1], floor],
        x=[base - floor, *steps, predicted - floor],
        marker={"color": [OTHERS, *[GAINS if s >= 0 else LOSSES for s in steps], OTHERS],
                "opacity": [0.55, *[0.95] * len(steps), 0.55]},
        text=[said(base), *[said(s, "+") for s in steps], said(predicted)],
        textposition="outside", cliponaxis=False, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    levels, heights = [base, *starts[1:]], []
    ends: list[float | None] = []
    for at, level in enumerate(levels):
        ends += [level, level, None]
        heights += [at + 0.0, at + 1.0, None]
    joints = go.Scatter(
        x=ends, y=heights, mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": "rgba(128,128,128,0.8)", "width": 1, "dash": "dot"},
    )  # fmt: skip
    number = f"{int(one.rows[place]) + 1:,}"
    row = (
        text("explain_room.figure.row_of", row=number) if is_of_table else text("explain_room.figure.new_row")
    )
    made = drawing(joints, bars, x=with_unit(plain(told.target, 24), told.unit), note=told.note(before=row))
    if np.isfinite(measured):
        side = "left" if measured < low + room else "right" if measured > high - room else "center"
        made.add_vline(
            x=measured, line={"color": "#009e73", "width": 2, "dash": "dash"},
            annotation={"text": f"{text('explain_room.figure.measured')} {said(measured)}",
                        "font": {"size": 11}, "yanchor": "bottom", "xanchor": side, "y": 1,
                        "yref": "paper", "yshift": 1},
        )  # fmt: skip
    made.update_xaxes(range=[floor, high + room], zeroline=False)
    made.update_yaxes(
        tickvals=list(range(len(labels))), ticktext=labels, range=[len(labels) - 0.4, -0.6],
        showgrid=False, ticks="", zeroline=False,
    )  # fmt: skip
    return made.update_layout(bargap=0.35, height=len(labels) * (ROW_PX + 2) + FRAME_PX, margin_t=60)
