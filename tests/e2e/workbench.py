"""The workbench as a person handles it: by the words that stand on it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from .notebook import PATIENCE_MS

SEARCH_MS = 240_000
"""A Ray head is started, a search is run, models are kept: on a busy machine minutes."""
MARKS = ":is(.scatterlayer, .barlayer, .boxlayer, .heatmaplayer) :is(path, image)"


class Workbench:
    """One view of a panel.

    Parameters
    ----------
    root : Locator
        The panel's element.
    """

    def __init__(self, root: Locator) -> None:
        self.root, self.page = root, root.page

    @property
    def foot(self) -> Locator:
        """The line of the job in hand."""
        return self.root.get_by_label("Job in hand", exact=True)

    @property
    def state(self) -> Locator:
        """The word for the state of the job in hand."""
        return self.foot.get_by_role("status")

    @property
    def verdict(self) -> Locator:
        """The sentence that says how good the result is."""
        return self.root.locator(".nbml-train-verdict")

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        """A tab by its name, with or without the number that stands beside it."""
        return self.root.get_by_role("tab", name=re.compile(rf"^{re.escape(name)}( [\d,]+)?$"))

    def room(self, name: str) -> Workbench:
        """Bring a room to the front."""
        self.tab(name).click()
        return self

    def choose(self, source: str, place: str = "In the notebook") -> Workbench:
        """Choose a DataFrame of the kernel, or a file where ``place`` is Files."""
        self.room("Data")
        self.root.get_by_role("radio", name=place, exact=True).check(force=True)
        self.root.get_by_role("button", name=re.compile(rf"^{re.escape(source)}\b")).click()
        expect(self.tab("Columns")).to_be_visible(timeout=PATIENCE_MS)
        return self

    def say_role(self, column: str, role: str) -> Workbench:
        """Give a column its role in the column sheet."""
        self.tab("Columns").click()
        select = self.root.get_by_label(f"Role of {column}", exact=True)
        select.select_option(role)
        expect(select).to_have_value(role)
        return self

    def target(self, name: str) -> Workbench:
        """Choose a target in the form, unless the form has guessed it."""
        box = self.root.get_by_role("combobox", name="Targets", exact=True)
        if self.button(f"Take out {name}").is_visible():
            return self
        box.click()
        box.press_sequentially(name)
        self.root.get_by_role("option", name=re.compile(rf"^{re.escape(name)}")).first.click()
        expect(self.root.locator(".nbml-token", has_text=name).first).to_be_visible()
        box.press("Escape")
        return self

    def effort(self, name: str) -> Workbench:
        """Choose how hard to search."""
        self.root.get_by_role("radio", name=name, exact=True).check(force=True)
        return self

    def trials(self, number: int) -> Workbench:
        """Ask for a number of trials, under Advanced."""
        box = self.root.get_by_label("Trials", exact=True)
        if not box.is_visible():
            self.root.get_by_text("Advanced", exact=True).click()
        box.fill(str(number))
        box.press("Tab")
        return self

    def unfold(self, name: str) -> Workbench:
        """Open what is folded under these words, in the room in front."""
        self.root.locator("summary", has_text=name).locator("visible=true").first.click()
        return self

    def train(self) -> Workbench:
        """Press Train."""
        button = self.root.get_by_role("button", name=re.compile("^Train( again)?$"))
        expect(button).to_be_enabled(timeout=PATIENCE_MS)
        button.click()
        expect(self.foot).to_be_visible(timeout=PATIENCE_MS)
        return self

    def stop(self) -> None:
        """Press Stop at the foot."""
        self.foot.get_by_role("button", name="Stop", exact=True).click()

    def trials_done(self) -> int:
        """How many trials the foot tells of."""
        found = re.search(r"trial ([\d,]+) /|([\d,]+) trials", self.foot.inner_text())
        return int((found[1] or found[2]).replace(",", "")) if found else 0

    def wait_trials(self, number: int) -> None:
        """Wait until so many trials are done."""
        self.page.wait_for_function(
            """([foot, number]) => {
                const found = /trial ([\\d,]+) \\/|([\\d,]+) trials/.exec(foot.innerText);
                return found && Number((found[1] ?? found[2]).replaceAll(",", "")) >= number;
            }""",
            arg=[self.foot.element_handle(), number],
            timeout=SEARCH_MS,
        )

    def wait_state(self, word: str) -> Workbench:
        """Wait until the job in hand is in this state."""
        expect(self.state).to_have_text(word, timeout=SEARCH_MS)
        return self

    def wait_figure(self, name: str | re.Pattern[str] = "Measured vs predicted") -> Locator:
        """Wait until a figure is drawn: it is not busy, and its marks are there."""
        words = name if isinstance(name, re.Pattern) else re.compile(rf"^{re.escape(name)}")
        figure = self.root.get_by_role("img", name=words)
        expect(figure).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MS)
        expect(figure.locator(MARKS).first).to_be_attached(timeout=PATIENCE_MS)
        return figure
