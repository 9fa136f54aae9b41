"""A small harmless table, a column sheet by dtype, and the checks run on both."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from nbml.data.checks import check_training
from nbml.spec.columns import Column, ColumnSheet, Finding


def kind_of(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "integer"
    if pd.api.types.is_numeric_dtype(values.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "date"
    return "category" if values.nunique() <= max(2, len(values) // 2) else "text"


def build_sheet(frame: pd.DataFrame, kinds: dict[str, str] | None = None) -> ColumnSheet:
    return ColumnSheet(
        columns=tuple(
            Column(
                name=name,
                position=position,
                kind=(kinds or {}).get(name, kind_of(frame[name])),
                missing_share=float(frame[name].isna().mean()) if len(frame) else 0.0,
                n_unique=int(frame[name].nunique()),
            )
            for position, name in enumerate(frame.columns)
        )
    )


@pytest.fixture
def sheet_of() -> Callable[..., ColumnSheet]:
    return build_sheet


@pytest.fixture
def recipe() -> pd.DataFrame:
    """Three features, a lot of twelve and a noisy target: nothing to find."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 3)), columns=["heat", "load", "speed"])
    frame["lot"] = [f"lot {i % 12}" for i in range(60)]
    frame["y"] = frame["heat"] + frame["load"] * frame["speed"] + rng.normal(size=60)
    return frame


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBML_LANGUAGE", "en")


@pytest.fixture
def check() -> Callable[..., tuple[Finding, ...]]:
    """Run the checks and see that the table is as it was (D44), sentences are whole, errors come first."""

    def run(frame: pd.DataFrame, kinds: dict[str, str] | None = None, **options) -> tuple[Finding, ...]:
        before = frame.copy(deep=True)
        found = check_training(frame, build_sheet(frame, kinds), **{"targets": ["y"], **options})
        pd.testing.assert_frame_equal(frame, before)
        for finding in found:
            assert "?" not in finding.message + finding.next_step
            assert not finding.message.startswith("NBML-")
        severities = [finding.severity for finding in found]
        assert severities == sorted(severities)
        return found

    return run
