"""What the last run of mutmut came to: how many mutants were killed, and which live. Run with `-m`.

Ends with 1 when fewer than nine in ten were killed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

MUTANTS = Path("mutants")
LEAST = 0.9
_KILLED = {1, 3, 24, -24, 36, 152, 255}
"""Exit codes: a test failed, or broke, or went on and on and was stopped."""


def verdicts() -> dict[str, bool | None]:
    """Whether each mutant was killed, by its name; None for one that was not run."""
    found: dict[str, bool | None] = {}
    for path in sorted(MUTANTS.rglob("*.meta")):
        codes: dict[str, int | None] = json.loads(path.read_text())["exit_code_by_key"]
        found |= {name: None if code is None else code in _KILLED for name, code in codes.items()}
    return found


def main() -> None:
    """Print the figures by module and the names of those that live."""
    found = verdicts()
    modules = Counter(name.rpartition(".")[0] for name in found)
    killed = Counter(name.rpartition(".")[0] for name, dead in found.items() if dead)
    for module, count in sorted(modules.items()):
        print(f"{module:32} {killed[module]:5} of {count:5} killed  {killed[module] / count:6.1%}")
    share = sum(killed.values()) / max(1, len(found))
    print(f"{'all':32} {sum(killed.values()):5} of {len(found):5} killed  {share:6.1%}")
    for name, dead in found.items():
        if not dead:
            print("not run:" if dead is None else "lives:", name)
    sys.exit(share < LEAST)


if __name__ == "__main__":
    main()
