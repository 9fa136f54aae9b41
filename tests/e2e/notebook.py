"""A notebook as a person works with it in the browser: open, run, restart, reload, look at the panel."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from .lab import Lab

PATIENCE_MS = 90_000
IS_IDLE = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    const kernel = context?.session?.kernel;
    return context?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""


class Notebook:
    """One notebook in one page.

    Parameters
    ----------
    lab : Lab
        The server.
    page : Page
        The page it is opened in.
    name : str
        Made into a file name.
    """

    def __init__(self, lab: Lab, page: Page, name: str) -> None:
        self.lab, self.page = lab, page
        self.file = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] + ".ipynb"

    def open(self, cells: Sequence[str]) -> Notebook:
        """Write the cells, open the notebook and wait for its kernel."""
        self.lab.write(self.file, cells)
        self.page.goto(self.lab.address(self.file))
        self.wait_idle()
        return self

    def run(self, *, wait: bool = True) -> Notebook:
        """Run every cell."""
        self.command("notebook:run-all-cells", wait=False)
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        expect(prompts.first).not_to_have_text("[ ]:")
        if wait:
            expect(prompts.last).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE_MS)
            self.wait_idle()
        return self

    def add(self, code: str, *, wait: bool = True) -> None:
        """Write a cell at the end and run it."""
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        before = prompts.count()
        self.page.locator(".jp-Cell .jp-InputPrompt").last.click()
        self.command("notebook:insert-cell-below")
        expect(prompts).to_have_count(before + 1)
        self.command("notebook:enter-edit-mode")
        self.page.keyboard.insert_text(code)
        self.command("notebook:run-cell", wait=False)
        if wait:
            expect(prompts.last).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE_MS)
            self.wait_idle()
        else:
            expect(prompts.last).to_have_text("[*]:", timeout=PATIENCE_MS)

    def command(self, name: str, *, wait: bool = True) -> None:
        """Do what a menu entry of the notebook does."""
        do = f"window.jupyterapp.commands.execute({json.dumps(name)})"
        self.page.evaluate(f"async () => {{ await {do}; }}" if wait else f"() => {{ {do}; }}")

    def restart(self) -> None:
        """Restart the kernel, and say yes to it."""
        self.command("kernelmenu:restart", wait=False)
        self.page.locator(".jp-Dialog").locator(".jp-mod-accept").click()
        self.wait_idle()

    def interrupt(self) -> None:
        """Interrupt what the kernel does."""
        self.command("kernelmenu:interrupt")
        self.wait_idle()

    def reload(self) -> None:
        """Load the page anew, as after F5."""
        self.page.reload()
        self.wait_idle()

    def save(self) -> None:
        """Save it, and wait until it is saved."""
        self.command("docmanager:save")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0, timeout=PATIENCE_MS)

    def wait_idle(self) -> None:
        """Wait until the notebook has its kernel and the kernel has nothing to do."""
        self.page.wait_for_function(IS_IDLE, timeout=PATIENCE_MS)

    @property
    def panel(self) -> Locator:
        """The first panel on the page."""
        return self.page.locator(".nbml").first

    def room(self, name: str) -> Locator:
        """Bring a room to the front by its tab."""
        self.panel.get_by_role("tab", name=name, exact=True).click()
        return self.panel

    def close(self) -> None:
        """Shut its kernel down through the server."""
        self.page.close()
        self.lab.end_kernel(self.file)
