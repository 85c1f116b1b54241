"""Processes that Laurel started on this machine: who they are, and how they are stopped.

A process id alone proves nothing, because systems reuse them. A process counts as ours when the recorded moment of its
start agrees, or when it carries our mark in its environment; children of our processes inherit the mark.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

HOME_MARK = "LAUREL_DEMO_HOME"
"""The environment variable that every process of a demo carries: the absolute folder that it works for."""

_START_TOLERANCE_SECONDS = 1.0


@dataclass(frozen=True)
class ProcessRecord:
    """One started process. `started_at` is the system's own start time of it, in seconds since 1970."""

    name: str
    pid: int
    started_at: float


def record_of(name: str, pid: int) -> ProcessRecord | None:
    """What to write down about a process that was just started; None when it has already ended."""
    try:
        return ProcessRecord(name=name, pid=pid, started_at=psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


class ProcessBook:
    """The running processes of one home folder, in a file that outlives its writer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, records: Iterable[ProcessRecord]) -> None:
        """Replace the file in one step, so that a crash leaves the old or the new one, never half of it."""
        replacement = self._path.with_suffix(".new")
        replacement.write_text(json.dumps([asdict(record) for record in records]))
        replacement.replace(self._path)

    def read(self) -> list[ProcessRecord]:
        """What was written last; empty when there is no file or it cannot be read."""
        try:
            return [ProcessRecord(**entry) for entry in json.loads(self._path.read_text())]
        except (OSError, ValueError, TypeError):
            return []

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


def is_running(record: ProcessRecord) -> bool:
    """Whether this very process still runs; another one with its number does not count, nor does a zombie."""
    return _find(record) is not None


def leftovers(home: Path, records: Iterable[ProcessRecord], *, spare: Iterable[int] = ()) -> list[ProcessRecord]:
    """Every process of `home` that still runs: the recorded ones, and the ones that carry its mark.

    The mark finds what was started in the instant before it could be recorded. This process and `spare` are left out.
    """
    spared = {os.getpid(), *spare}
    found = {record.pid: record for record in records if record.pid not in spared and is_running(record)}
    for record in _marked(home):
        if record.pid not in spared:
            found.setdefault(record.pid, record)
    return list(found.values())


def stop(records: Iterable[ProcessRecord], *, ask: signal.Signals = signal.SIGTERM, grace_seconds: float = 5.0) -> None:
    """Ask these processes and their children to end, wait for them together, and kill what is left after the grace."""
    asked = [process for record in records if (process := _find(record)) is not None]
    family = {child.pid: child for process in asked for child in _children(process)}
    for process in asked:
        family[process.pid] = process
        _send(process, ask)
    for process in wait_for(family.values(), grace_seconds):
        _send(process, signal.SIGKILL)
    wait_for(family.values(), 5.0)


def wait_for(processes: Iterable[psutil.Process], limit_seconds: float) -> list[psutil.Process]:
    """Wait until these have ended; returns those that had not when the time was up."""
    deadline = time.monotonic() + limit_seconds
    alive = [process for process in processes if _lives(process)]
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = [process for process in alive if _lives(process)]
    return alive


def family(pid: int) -> set[int]:
    """The numbers of a process and of all its descendants."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return {pid}
    return {pid, *(child.pid for child in _children(process))}


def command_line(pid: int) -> list[str]:
    """The command line of a process; empty when it has ended or may not be read."""
    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


def _find(record: ProcessRecord) -> psutil.Process | None:
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.started_at) <= _START_TOLERANCE_SECONDS
    except psutil.Error:
        return None
    return process if same and _lives(process) else None


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _marked(home: Path) -> Iterator[ProcessRecord]:
    for process in psutil.process_iter():
        try:
            if process.environ().get(HOME_MARK) == str(home) and _lives(process):
                yield ProcessRecord(name=process.name(), pid=process.pid, started_at=process.create_time())
        except (psutil.Error, OSError):
            continue  # another user's process, or one that has just ended: not ours
