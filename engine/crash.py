"""Named places at which a test makes a process die as if the power had gone.

Nothing is flushed, closed or rolled back.
"""

from __future__ import annotations

import os

CRASH_VARIABLE = "LAUREL_CRASH_AT"
EXIT_CODE = 137
"""What a shell reports for a process that was killed by signal 9."""


def crash_point(name: str) -> None:
    """End the process here when the environment names this point; otherwise do nothing."""
    if os.environ.get(CRASH_VARIABLE) == name:
        os._exit(EXIT_CODE)
