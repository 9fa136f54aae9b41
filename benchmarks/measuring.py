"""What benchmarks share: command line, what is said of the machine, a home and a cluster of their own.

Knows nothing of what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import platformdirs
import psutil

QUIET_LOAD = 0.5
PACKAGES = (
    "nbml",
    "ray",
    "optuna",
    "lightgbm",
    "catboost",
    "xgboost",
    "scikit-learn",
    "mlflow",
    "shap",
    "numpy",
    "pandas",
)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def arguments(doc: str | None) -> argparse.ArgumentParser:
    """A command line with the options that all benchmarks have; add to it, then give it to `begin`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small version, to see that it runs")
    parser.add_argument("--out", type=Path, help="write the JSON here instead of printing it")
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="folder of tables (datasets.json)")
    return parser


def machine() -> dict[str, Any]:
    """Versions, processors and how busy the machine is; a warning where figures are not to be trusted."""
    load = os.getloadavg()[0]
    busy = psutil.cpu_percent(interval=1.0) / 100
    is_quiet = load <= QUIET_LOAD
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "versions": versions(),
        "load_before": round(load, 2),
        "busy_before": round(busy, 2),
        "warning": None if is_quiet else f"the machine was not idle: load {load:.2f} before the run",
    }


def versions(names: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Installed versions of packages."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def run(name: str, chosen: argparse.Namespace, measure: Callable[[argparse.Namespace], Any]) -> None:
    """Look at the machine, measure, and put the JSON where it is wanted."""
    compile_libraries()
    about = machine()
    if about["warning"]:
        say(about["warning"])
    begun = time.perf_counter()
    result = measure(chosen)
    said = {
        "benchmark": name,
        "quick": chosen.quick,
        "about": about,
        "took_s": round(time.perf_counter() - begun, 1),
        "result": result,
    }
    text = json.dumps(said, indent=1, ensure_ascii=False)
    if chosen.out is None:
        print(text)
    else:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(text + "\n", encoding="utf-8")


def say(text: str) -> None:
    """A line for whoever looks on."""
    print(text, file=sys.stderr, flush=True)


def median(values: Sequence[float]) -> float:
    """The median, rounded to four digits after the point."""
    return round(statistics.median(values), 4)


@contextmanager
def own_home() -> Iterator[Path]:
    """An NBML_HOME for one benchmark; its head is stopped and all of it removed at the end."""
    from nbml.engine.cluster import stop_head

    before = dict(os.environ)
    for name in before:
        if name.startswith("NBML_") or name == "RAY_ADDRESS":
            del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="nbml-bench-"))
    os.environ["NBML_HOME"] = str(home)
    try:
        yield home
    finally:
        if "ray" in sys.modules:
            sys.modules["ray"].shutdown()
        stop_head()
        os.environ.clear()
        os.environ.update(before)  # without the token that Ray was shown
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def warm_cluster() -> Iterator[Path]:
    """A home whose workers and spare supervisor are ready to be given work."""
    import nbml

    with own_home() as home:
        nbml.connect()
        yield home


def environment(name: str, requirements: Sequence[str], *, python: str = sys.executable) -> Path:
    """The interpreter of an environment in the user's cache folder, made by pip where it is absent."""
    folder = Path(platformdirs.user_cache_dir("nbml", appauthor=False)) / "benchmarks" / name
    stamp, wanted, interpreter = folder / "installed.txt", "\n".join(requirements), folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        say(f"making {folder}")
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run(
            [str(interpreter), "-m", "pip", "install", "--quiet", *requirements],
            check=True,
            stdout=sys.stderr,
        )
        stamp.write_text(wanted)
    return interpreter


def compile_libraries(python: str | Path = sys.executable) -> None:
    """Compile the packages of an environment to bytecode where its installer has not: imports count."""
    code = "import compileall, sysconfig; compileall.compile_dir(sysconfig.get_path('purelib'), quiet=2)"
    subprocess.run([str(python), "-c", code], check=True, stdout=subprocess.DEVNULL)


def last_json(command: Sequence[str | Path], **options: Any) -> Any:
    """Run a program and read the last line it prints; its other words go to the standard error."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode:
        raise SystemExit(
            f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr[-4000:]}"
        )
    return json.loads(done.stdout.strip().splitlines()[-1])


def dataset(folder: Path, name: str) -> dict[str, Any]:
    """What datasets.json says of a table, with the path of its file; ends with words where it is absent."""
    listing = folder / "datasets.json"
    if not listing.exists():
        raise SystemExit(f"no tables in {folder}: say where they are with --data")
    known = {entry["name"]: entry for entry in json.loads(listing.read_text(encoding="utf-8"))}
    return known[name] | {"path": folder / known[name]["file"]}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
