"""The folder a submitted job begins in: its spec, its table or the place of it, and what is looked at first.

Knows nothing of how it gets to the cluster.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from nbml.durable import write_text
from nbml.engine.submitting import preflight
from nbml.engine.submitting.client import MAX_PACKAGE_BYTES
from nbml.engine.submitting.environment import ship_wheel, versions
from nbml.errors import EngineError
from nbml.spec.parse import JobSpec, spec_to_yaml
from nbml.spec.source import is_remote
from nbml.spec.train import TrainSpec

SPEC, ASKED, PREFLIGHT = "spec.yaml", "nbml_asked.json", "nbml_preflight.py"
ENTRYPOINT = f"python {PREFLIGHT} {ASKED} && exec python -m nbml run {SPEC} --json"
"""No word of it comes from a spec, a path or a name."""


def pack(
    spec: JobSpec, folder: Path, *, by_path: bool = False, wheel: Path | None = None, pip: bool = False
) -> int:
    """Fill a folder with all that a job needs to begin on a cluster.

    Parameters
    ----------
    spec : TrainSpec or OptimizeSpec
        As read from its file.
    folder : Path
        Empty.
    by_path : bool
        Whether the table's path is one of the cluster; it is neither looked at nor shipped then.
    wheel : Path, optional
        A wheel of nbml to ship, unpacked or, with ``pip``, to be installed.
    pip : bool
        Whether the cluster installs the versions here itself; only Python's and Ray's are looked at then.

    Returns
    -------
    int
        Bytes to ship, before they are compressed.

    Raises
    ------
    EngineError
        NBML-E50 when it is more than a head takes, NBML-E51 and NBML-E52 when there is no table, NBML-E46.
    """
    if isinstance(spec, TrainSpec):
        spec = _with_table(spec, folder, by_path=by_path)
    asked = versions(("ray",)) if pip else versions()
    if wheel is not None:
        asked["nbml"] = ship_wheel(wheel, folder, whole=pip)
    write_text(folder / SPEC, spec_to_yaml(spec))
    write_text(folder / ASKED, json.dumps(asked))
    shutil.copyfile(preflight.__file__, folder / PREFLIGHT)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if size > MAX_PACKAGE_BYTES:
        raise EngineError("NBML-E50", **_megabytes(size))
    return size


def _with_table(spec: TrainSpec, folder: Path, *, by_path: bool) -> TrainSpec:
    path = spec.data.path
    if path is None:
        raise EngineError("NBML-E52")
    if by_path or is_remote(path):
        return spec
    table = Path(path)
    if not table.is_file():
        raise EngineError("NBML-E51", path=path)
    if table.stat().st_size > MAX_PACKAGE_BYTES:
        raise EngineError("NBML-E50", **_megabytes(table.stat().st_size))
    # A name of ours: the user's may be anything, and the kind of file is told by its ending.
    kept = f"table{''.join(table.suffixes[-2:]) if table.suffix in ('.gz', '.zip') else table.suffix}"
    shutil.copyfile(table, folder / kept)
    name = spec.data.name if spec.data.name != "table" else table.stem
    return spec.model_copy(update={"data": spec.data.model_copy(update={"path": kept, "name": name})})


def _megabytes(size: int) -> dict[str, int]:
    return {"mb": round(size / 2**20), "limit_mb": MAX_PACKAGE_BYTES // 2**20}
