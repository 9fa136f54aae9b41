"""Champion and challenger: two versions of a registered model side by side, and then, on purpose, the change.

A version becomes champion by its alias; stages are not used. Nothing is promoted that was not compared first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from nbml.errors import TrackingError
from nbml.tracking.experiments import VERSION
from nbml.tracking.faults import describe, is_gone
from nbml.tracking.store import Store, connect, resolve

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from nbml.settings import Settings

T = TypeVar("T")

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
DATA, FOLDS = "nbml.data.sha256", ("fold_scheme", "n_folds")
_NAME = re.compile(r"[^'\"`/\\:@%\x00-\x1f\x7f]{1,256}")
_HIGHER_IS_BETTER = ("r2",)
_METRICS = ("rmse", "mae", "r2")


@dataclass(frozen=True)
class Candidate:
    """One version and how it did.

    Attributes
    ----------
    version, run_id : str
        In the registry and in the store.
    metrics : dict of str to float
        ``rmse``, ``mae``, ``r2`` over all held-out rows; with several targets also ``rmse.<target>``.
    data : str
        Hash of the table it was trained on; empty where that is not known.
    folds : str
        Scheme and number of folds.
    """

    version: str
    run_id: str
    metrics: dict[str, float] = field(default_factory=dict)
    data: str = ""
    folds: str = ""


@dataclass(frozen=True)
class Comparison:
    """What is shown before a version is promoted.

    Attributes
    ----------
    champion : Candidate or None
        The present champion, if there is one.
    """

    name: str
    challenger: Candidate
    champion: Candidate | None = None

    @property
    def is_fair(self) -> bool:
        """Whether both were held out on the same rows: the same table and the same folds."""
        one, two = self.champion, self.challenger
        return one is not None and bool(one.data) and (one.data, one.folds) == (two.data, two.folds)

    def rows(self) -> list[tuple[str, float | None, float | None, bool | None]]:
        """Metric, champion's, challenger's, and whether the challenger is better; None where unknown."""
        before = {} if self.champion is None else self.champion.metrics
        after = self.challenger.metrics
        found: list[tuple[str, float | None, float | None, bool | None]] = []
        for name in dict.fromkeys([*before, *after]):
            one, two = before.get(name), after.get(name)
            better = None
            if one is not None and two is not None:
                better = two > one if name.split(".")[0] in _HIGHER_IS_BETTER else two < one
            found.append((name, one, two, better))
        return found


def compare(
    name: str,
    settings: Settings,
    *,
    version: str | None = None,
    connect: Callable[[Store], MlflowClient] = connect,
) -> Comparison:
    """The champion of a registered model beside a version of it.

    Parameters
    ----------
    name : str
        Registered name; in Unity Catalog one part is put into the catalog and schema of the settings.
    version : str, optional
        The version; the alias ``challenger`` when left out, else the latest.

    Raises
    ------
    TrackingError
        NBML-T30 when there is no such version, NBML-T32 for what is no name, NBML-T33 when it is the
        champion, NBML-T07 when a run was not written by nbml, NBML-T08 when MLflow does not answer.
    """
    store = resolve(settings)
    full = _checked(store.model_name(name))

    def look() -> Comparison:
        client = connect(store)
        champion = _by_alias(client, full, CHAMPION)
        chosen = version or _by_alias(client, full, CHALLENGER) or _latest(client, full)
        if chosen is None:
            raise TrackingError("NBML-T30", name=full, version="-", uri=store.shown)
        if chosen == champion:
            raise TrackingError("NBML-T33", name=full, version=chosen)
        return Comparison(
            full,
            _candidate(client, full, chosen, store),
            None if champion is None else _candidate(client, full, champion, store),
        )

    return _asking(store, look)


def promote(
    comparison: Comparison, settings: Settings, *, connect: Callable[[Store], MlflowClient] = connect
) -> None:
    """Make the compared version champion; the former one keeps the alias ``previous``.

    Raises
    ------
    TrackingError
        NBML-T31 when another was made champion since the comparison; NBML-T08 when MLflow refuses.
    """
    store = resolve(settings)
    name, challenger = comparison.name, comparison.challenger.version
    expected = None if comparison.champion is None else comparison.champion.version

    def change() -> None:
        client = connect(store)
        found = _by_alias(client, name, CHAMPION)
        if found != expected:
            raise TrackingError("NBML-T31", name=name, expected=expected or "-", found=found or "-")
        client.set_registered_model_alias(name, CHAMPION, challenger)
        if expected is not None:
            client.set_registered_model_alias(name, PREVIOUS, expected)
        if _by_alias(client, name, CHALLENGER) == challenger:
            client.delete_registered_model_alias(name, CHALLENGER)

    _asking(store, change)


def _candidate(client: MlflowClient, name: str, version: str, store: Store) -> Candidate:
    try:
        run_id = client.get_model_version(name, version).run_id
    except Exception as error:
        if is_gone(error):
            raise TrackingError("NBML-T30", name=name, version=version, uri=store.shown) from None
        raise
    run = client.get_run(run_id)
    if VERSION not in run.data.tags:
        raise TrackingError("NBML-T07", id=f"{name} {version}", reason=VERSION)
    metrics = {
        key: float(value)
        for key, value in sorted(run.data.metrics.items(), key=lambda item: _rank(item[0]))
        if key.split(".")[0] in _METRICS
    }
    folds = " ".join(run.data.params.get(part, "?") for part in FOLDS)
    return Candidate(str(version), run_id, metrics, run.data.tags.get(DATA, ""), folds)


def _rank(key: str) -> tuple[int, str]:
    stem = key.split(".")[0]
    return (_METRICS.index(stem) if stem in _METRICS else len(_METRICS), key)


def _by_alias(client: MlflowClient, name: str, alias: str) -> str | None:
    from mlflow.exceptions import MlflowException

    try:
        return str(client.get_model_version_by_alias(name, alias).version)
    except MlflowException as error:
        # The database says of an alias that it does not have that the parameter is not valid.
        if is_gone(error) or error.error_code == "INVALID_PARAMETER_VALUE":
            return None
        raise


def _latest(client: MlflowClient, name: str) -> str | None:
    versions = [int(one.version) for one in client.search_model_versions(f"name='{name}'")]
    return str(max(versions)) if versions else None


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise TrackingError("NBML-T32", name=name[:100])
    return name


def _asking(store: Store, ask: Callable[[], T]) -> T:
    """Do something with MLflow; its errors become nbml's, without credentials."""
    from mlflow.exceptions import MlflowException
    from requests import RequestException

    try:
        return ask()
    except (MlflowException, RequestException, OSError) as error:
        raise TrackingError("NBML-T08", uri=store.shown, reason=describe(error)) from None
