"""Every benchmark in order, one after the other, each in a process of its own; results as JSON in a folder.

Before each it waits until the machine is quiet (--patience says how long). The exit code is the number of
those that failed. Interpreters of peers are handed on: --plan-python, --tune-python.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from measuring import QUIET_LOAD, say

HERE = Path(__file__).parent
IN_ORDER = (
    "start_up",
    "against_plan",
    "busy_share",
    "against_ray_tune",
    "stopping",
    "shap_speed",
    "cost_per_trial",
    "interval_coverage",
    "domain_error",
    "predicting",
    "panel",
    "profiler",
    "inverse_search",
    "inverse_trust",
    "cluster_scale",
    "sharded_data",
    "quality",
)
USES_TABLES = (
    "start_up",
    "against_plan",
    "busy_share",
    "against_ray_tune",
    "stopping",
    "interval_coverage",
    "domain_error",
    "inverse_search",
    "quality",
)
TAKES = {
    "plan_python": ("against_plan",),
    "tune_python": ("against_ray_tune",),
    "data": USES_TABLES,
    "full": ("cost_per_trial",),
}


def wait_for_quiet(patience_s: float) -> None:
    """Wait until the load of the last minute is low, or the patience is over."""
    until = time.monotonic() + patience_s
    while os.getloadavg()[0] > QUIET_LOAD and time.monotonic() < until:
        time.sleep(2.0)


def command(name: str, chosen: argparse.Namespace) -> list[str]:
    """The command line of one benchmark."""
    words = [sys.executable, str(HERE / f"{name}.py"), "--out", str(chosen.folder / f"{name}.json")]
    words += ["--quick"] * chosen.quick
    for option, takers in TAKES.items():
        value = getattr(chosen, option)
        if value and name in takers:
            words += [f"--{option.replace('_', '-')}"] + [str(value)] * (value is not True)
    return words


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(IN_ORDER)}; all when left out")
    parser.add_argument("--quick", action="store_true", help="small versions, to see that all run")
    parser.add_argument(
        "--full", action="store_true", help="10,000 trials as well, where the cost of one is measured"
    )
    parser.add_argument("--folder", type=Path, default=HERE / "results")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--plan-python", type=Path)
    parser.add_argument("--tune-python", type=Path)
    parser.add_argument("--patience", type=float, help="seconds to wait for a quiet machine (180; quick: 0)")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(IN_ORDER):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    patience_s = chosen.patience if chosen.patience is not None else 0.0 if chosen.quick else 180.0
    chosen.folder.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in chosen.names or IN_ORDER:
        wait_for_quiet(patience_s)
        begun = time.monotonic()
        ended = subprocess.run(command(name, chosen), check=False).returncode
        say(f"{name}: {'done' if not ended else 'FAILED'} in {time.monotonic() - begun:.0f} s")
        failed += [name] * bool(ended)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
