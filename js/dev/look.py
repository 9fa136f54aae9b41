"""Pictures of the dev page in headless Chromium: look.py "room=train&job=done" out.png [width]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
]


def tell(words: str) -> None:
    """Say what the page complains of."""
    sys.stderr.write(f"{words}\n")


def main() -> None:
    """Take one picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("query")
    parser.add_argument("out", type=Path)
    parser.add_argument("width", type=int, nargs="?", default=1000)
    parser.add_argument("--click", action="append", default=[], help="a button or tab, by its name")
    parser.add_argument("--wait", type=int, default=700, help="milliseconds before the picture")
    parser.add_argument("--port", type=int, default=8123)
    asked = parser.parse_args()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": asked.width, "height": 900})
        page.on("console", lambda said: tell(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: tell(str(fault)))
        page.goto(f"http://127.0.0.1:{asked.port}/?{asked.query}")
        for name in asked.click:
            page.get_by_text(name, exact=True).first.click()
        page.wait_for_timeout(asked.wait)
        page.screenshot(path=str(asked.out), full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
