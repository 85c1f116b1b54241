"""Where the temporary files of a test run lie: in memory, where there is room for them.

Each test copies a database of 1,300 files, and demos start whole servers: a disk is busy with that for minutes. Only
pytest's own folder is moved: claims of ports lie where all programs of this machine see them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
PREFIX = "laurel-"
PLACE = "PYTEST_DEBUG_TEMPROOT"
ROOM_BYTES = 2 << 30
"""Twice what two processes have held at most."""


def use_memory() -> Path | None:
    """Have this run's temporary folders made in memory; returns where, if this process is the one to decide.

    Whoever has named a place keeps it, as do the processes that a run distributes its tests to.
    """
    if PLACE in os.environ or not _has_room():
        return None
    for left in MEMORY.glob(f"{PREFIX}[0-9]*"):
        if not psutil.pid_exists(int(left.name.removeprefix(PREFIX))):
            shutil.rmtree(left, ignore_errors=True)
    folder = MEMORY / f"{PREFIX}{os.getpid()}"
    folder.mkdir(exist_ok=True)
    os.environ[PLACE] = str(folder)
    return folder


def _has_room() -> bool:
    """Whether memory is mounted as a file system that programs may be started from, and enough of both is free."""
    if not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return bool(min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available // 2) >= ROOM_BYTES)
