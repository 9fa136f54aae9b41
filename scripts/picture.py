"""Draws docs/demo.svg, the README's picture, from a finished job: ``scripts/picture.py ID``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

import nbml
from nbml.cli.progress import Progress
from nbml.cli.show import leaderboard, verdict

PICTURE = Path(__file__).parents[1] / "docs" / "demo.svg"


def draw(job: nbml.Job) -> str:
    """The command, the progress as it stood at the end, the verdict and the leaderboard, as SVG."""
    snapshot, record = job.snapshot(), job.result().record
    with Path("/dev/null").open("w") as nowhere:
        console = Console(
            record=True, width=84, file=nowhere, force_terminal=True, markup=False, highlight=False
        )
        console.print("$ nbml demo", style="dim")
        console.print(Progress(snapshot, snapshot.elapsed_s))
        for target in record.targets:
            console.print(Text(verdict(record, target), style="bold"))
        console.print()
        console.print(leaderboard(record))
        svg = console.export_svg(title="nbml", unique_id="demo")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "ui-monospace, Menlo, Consolas").rstrip() + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(nbml.open(sys.argv[1])), encoding="utf-8")
