"""What the demo says while it works: one line for each step with its time, on a terminal with a spinner."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console

_SLOW_SECONDS = 0.05


class Progress:
    """Prints to a console and never fails for want of one: a closed terminal must not end the demo's watching."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show that something slow is going on, and how long it took."""
        started = time.monotonic()
        with self._console.status(f"{what} …"):
            yield
        seconds = time.monotonic() - started
        self.say(f"[green]✓[/] {what}" + (f" [dim]{seconds:.1f} s[/]" if seconds > _SLOW_SECONDS else ""))

    def say(self, line: str) -> None:
        """Print one line, in rich's markup."""
        with contextlib.suppress(OSError):
            self._console.print(line)
