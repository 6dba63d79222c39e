"""Counting what a person does: clicks, fields, keys. Moving the focus by Tab is not counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page

MOST_TABS = 200


@dataclass
class Steps:
    """A task under way; the same task is counted over several people's pages."""

    name: str
    done: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many actions so far."""
        return len(self.done)

    def note(self, action: str) -> None:
        """Count one action."""
        self.done.append(action)

    def report(self, most: int) -> None:
        """Print the count beside its limit, and hold it to the limit."""
        print(f"{self.name}: {self.count} actions (at most {most}): {' · '.join(self.done)}")
        assert self.count <= most, self.done


@dataclass(frozen=True)
class Hand:
    """A person with a mouse and a keyboard."""

    page: Page
    steps: Steps

    def press(self, target: Locator) -> None:
        """Click a button, a link or a box."""
        self._note("click", target)
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Fill in a field."""
        self._note("fill", target)
        target.fill(text)

    def choose(self, target: Locator, files: Sequence[FilePayload]) -> None:
        """Choose files."""
        self._note("files", target)
        target.set_input_files(files)

    def key(self, key: str) -> None:
        """Press a shortcut."""
        self.steps.note(key)
        self.page.keyboard.press(key)

    def _note(self, how: str, target: Locator) -> None:
        name = target.get_attribute("aria-label") or target.inner_text() or ""
        self.steps.note(f"{how} {' '.join(name.split())[:24] or target.get_attribute('name')}")


class Keyboard(Hand):
    """The same person without a mouse: everything is reached by Tab and done by a key."""

    def press(self, target: Locator) -> None:
        """Reach it and press Space on a box, Enter on anything else."""
        self._note("key", target)
        self._reach(target)
        is_box = target.evaluate("node => node.matches('input[type=checkbox], input[type=radio]')")
        self.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, target: Locator, text: str) -> None:
        """Reach the field and type."""
        self._note("type", target)
        self._reach(target)
        self.page.keyboard.insert_text(text)

    def choose(self, target: Locator, files: Sequence[FilePayload]) -> None:
        """Open the file chooser by the keyboard."""
        self._note("files", target)
        self._reach(target)
        with self.page.expect_file_chooser() as opened:
            self.page.keyboard.press("Space")
        opened.value.set_files(files)

    def _reach(self, target: Locator) -> None:
        target.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")
