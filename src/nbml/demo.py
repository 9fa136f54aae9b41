"""The demo's table: scikit-learn's diabetes set in its own units, as a CSV file a person can open."""

from __future__ import annotations

from pathlib import Path

from nbml.durable import write_bytes

TARGET = "progression"


def write_table(folder: Path) -> Path:
    """Write the table and say where it is.

    Returns
    -------
    Path
        A UTF-8 CSV of 442 patients: age, sex, body mass index, blood pressure, six blood values, and how
        far the disease had progressed a year later (Efron, Hastie, Johnstone and Tibshirani, 2004).
    """
    from sklearn.datasets import load_diabetes

    frame = load_diabetes(as_frame=True, scaled=False).frame.rename(columns={"target": TARGET})
    frame = frame.convert_dtypes()  # whole numbers as such
    file = folder / "diabetes.csv"
    write_bytes(file, frame.to_csv(index=False, lineterminator="\n").encode())
    return file
