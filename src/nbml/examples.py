"""Tables to try nbml with, written as files a person can open: one that is made here, one of scikit-learn's.

The adhesive is invented, and is called so where it is offered.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nbml.durable import write_bytes

if TYPE_CHECKING:
    import pandas as pd

ExampleName = Literal["adhesive", "diabetes"]
PROGRESSION = "progression"

_ENGLISH = (
    "lot", "resin (wt%)", "hardener (wt%)", "filler (wt%)", "filler type", "cure temperature (°C)",
    "cure time (min)", "viscosity (Pa·s)", "shear strength (MPa)",
)  # fmt: skip
_JAPANESE = (
    "ロット", "樹脂 (wt%)", "硬化剤 (wt%)", "フィラー (wt%)", "フィラー種", "硬化温度 (℃)",
    "硬化時間 (分)", "粘度 (Pa・s)", "せん断強度 (MPa)",
)  # fmt: skip
_FILLERS = {"silica": "シリカ", "alumina": "アルミナ", "talc": "タルク"}


def write_example(name: ExampleName, folder: Path, *, language: str = "en") -> Path:
    """Write a table and say where it is.

    Parameters
    ----------
    name : {"adhesive", "diabetes"}
        The adhesive: 240 bonded specimens of 80 lots, three parts that sum to 100 wt%, a filler of three
        kinds, how it was cured, and two targets that pull against each other: viscosity and shear strength.
        Diabetes: 442 patients with ten values each, and how far the disease had progressed a year later
        (Efron, Hastie, Johnstone and Tibshirani, 2004), in its own units.
    folder : Path
    language : str, default "en"
        In ``ja`` the adhesive has Japanese names and is written in CP932, as Excel writes it there.

    Returns
    -------
    Path
        A CSV file; the same bytes every time.
    """
    make: dict[ExampleName, Callable[[], pd.DataFrame]] = {"adhesive": _adhesive, "diabetes": _diabetes}
    frame, encoding = make[name](), "utf-8"
    if name == "adhesive" and language == "ja":
        frame = frame.set_axis(list(_JAPANESE), axis=1)
        frame[_JAPANESE[4]] = frame[_JAPANESE[4]].map(_FILLERS)
        encoding = "cp932"
    file = folder / (f"{name}_ja.csv" if encoding == "cp932" else f"{name}.csv")
    write_bytes(file, frame.to_csv(index=False, lineterminator="\n").encode(encoding))
    return file


def _diabetes() -> pd.DataFrame:
    from sklearn.datasets import load_diabetes

    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    return frame.rename(columns={"target": PROGRESSION}).convert_dtypes()  # whole numbers as such


def _adhesive(lots: int = 80, specimens: int = 3) -> pd.DataFrame:
    """Cure follows Arrhenius' law, strength peaks at a ratio of hardener to resin, filler thickens."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(20)
    ratio = rng.uniform(0.25, 0.6, lots)
    filler = np.round(rng.uniform(0, 45, lots) * 2) / 2
    hardener = np.round((100 - filler) * ratio / (1 + ratio) * 2) / 2
    resin = 100 - filler - hardener
    kind = rng.integers(3, size=lots)
    thickening = np.array([0.062, 0.045, 0.054])[kind]
    viscosity = 3.0 * np.exp(thickening * filler - 1.5 * (hardener / resin - 0.4) + rng.normal(0, 0.05, lots))
    lot = np.repeat(np.arange(lots), specimens)
    celsius = rng.choice(np.arange(80, 181, 10), lots * specimens)
    minutes = rng.choice([10, 20, 30, 45, 60, 90], lots * specimens)
    rate = 0.05 * np.exp(6_000 * (1 / 393 - 1 / (celsius + 273)))
    cured = 1 - np.exp(-rate * minutes)
    scorched = np.clip((celsius - 165) / 40, 0, 1) * minutes / 90
    balance = 1 - ((hardener / resin - 0.4) / 0.35) ** 2
    toughening = 1 + np.array([0.5, 0.35, 0.2])[kind] * np.exp(-(((filler - 25) / 12) ** 2))
    strength = 18 * cured * (1 - 0.5 * scorched) * (balance * toughening)[lot]
    strength += rng.normal(0, 0.5, lots)[lot] + rng.normal(0, 0.6, lots * specimens)
    columns = [
        np.array([f"A{100 + k}" for k in range(lots)])[lot], resin[lot], hardener[lot], filler[lot],
        np.array(list(_FILLERS))[kind][lot], celsius, minutes, viscosity[lot].round(2),
        np.maximum(strength, 0.1).round(1),
    ]  # fmt: skip
    frame = pd.DataFrame(dict(zip(_ENGLISH, columns, strict=True)))
    frame["cure time (min)"] = frame["cure time (min)"].astype("Int64").mask(rng.random(len(frame)) < 0.02)
    return frame
