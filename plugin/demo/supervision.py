"""Keeps the demo's processes running: one that dies is started again within a second, for ever, until told to stop."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable

from plugin.embedded.launch import Launch, start
from plugin.embedded.processes import ProcessBook, ProcessRecord, record_of, stop

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 0.8
_HEALTHY_AFTER_SECONDS = 10.0


class Supervisor:
    """Starts processes, watches each in a thread of its own, and writes down which ones run.

    `report` is called with one line of text for each death and restart, from whichever thread saw it.
    """

    def __init__(self, book: ProcessBook, report: Callable[[str], None]) -> None:
        self._book = book
        self._report = report
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[str, ProcessRecord] = {}

    def start(self, launch: Launch) -> None:
        """Start one and keep it running. Raises OSError when it cannot be started even once."""
        process = self._spawn(launch)
        if process is not None:
            threading.Thread(target=self._watch, args=(launch, process), name=launch.name, daemon=True).start()

    def running(self) -> dict[str, int]:
        """The process number of each that runs now."""
        with self._lock:
            return {name: record.pid for name, record in self._running.items()}

    def stop(self, name: str, *, ask: signal.Signals = signal.SIGTERM, grace_seconds: float) -> None:
        """Stop one for good; nothing is restarted any more once the first has been stopped."""
        self._stopping.set()
        with self._lock:
            record = self._running.pop(name, None)
        if record is not None:
            stop([record], ask=ask, grace_seconds=grace_seconds)

    def stop_together(self, names: list[str], *, grace_seconds: float) -> None:
        """Stop several at once, within one grace for all of them."""
        self._stopping.set()
        with self._lock:
            records = [record for name in names if (record := self._running.pop(name, None)) is not None]
        stop(records, grace_seconds=grace_seconds)

    def _spawn(self, launch: Launch) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            process = start(launch)
            record = record_of(launch.name, process.pid)
            if record is not None:
                self._running[launch.name] = record
                self._book.write(self._running.values())
            return process

    def _watch(self, launch: Launch, process: subprocess.Popen[bytes]) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            code = process.wait()
            if time.monotonic() - started > _HEALTHY_AFTER_SECONDS:
                pause_seconds = _FIRST_PAUSE_SECONDS
            if self._stopping.wait(pause_seconds):
                return
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
            try:
                again = self._spawn(launch)
            except OSError as error:
                self._report(f"{launch.name} ended ({_ending(code)}) and cannot be started: {error}")
                continue
            if again is None:
                return
            process = again
            self._report(f"{launch.name} ended ({_ending(code)}); started again as process {process.pid}")


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
