"""`make bench`: what Laurel does, side by side with its references in one run on one machine, as ratios.

Run as `python -m tests.bench.run [name …]`. Servers are real, embedded, with their production settings; nothing here
is a test, and no test asserts a time.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import (
    applying,
    boards,
    claims,
    expiring,
    intake,
    machine,
    mixed,
    panel,
    rebuilding,
    reviewing,
    taking_in,
    wallets,
)
from tests.bench.results import Result
from tests.bench.stage import Stage

BENCHES: dict[str, Callable[[Stage], list[Result]]] = {
    "applying": applying.measure,
    "mixed": mixed.measure,
    "intake": intake.measure,
    "panel": panel.measure,
    "wallets": wallets.measure,
    "expiring": expiring.measure,
    "reviewing": reviewing.measure,
    "taking-in": taking_in.measure,
    "claims": claims.measure,
    "boards": boards.measure,
    "rebuilding": rebuilding.measure,
    "machine": machine.measure,
}


def main() -> None:
    """Run the named benches, or all, and print a table of ratios."""
    console = Console()
    names = sys.argv[1:] or list(BENCHES)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="laurel-bench-") as folder, Stage(Path(folder)) as stage:
        for name in names:
            with console.status(f"measuring {name} …"):
                results += BENCHES[name](stage)
    table = Table(title=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    for heading in ("what", "Laurel", "reference", "ratio", "aim"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for result in results:
        table.add_row(*result.row())
    console.print(table)


if __name__ == "__main__":
    main()
