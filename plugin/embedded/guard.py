"""The guard of a demo: a small process that stops everything when the demo ends in a way that leaves it no time to.

It holds the reading end of a pipe whose writing end only the demo has. However the demo ends, even by kill -9, the
system closes that pipe. The next start does the same cleaning, in case the guard was killed as well.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from plugin.embedded.postgres import EmbeddedPostgres
from plugin.embedded.processes import HOME_MARK, ProcessBook, family, leftovers, stop

_GRACE_SECONDS = 4.0
_RESTART_PAUSE_SECONDS = 0.5


def clean_up(home: Path, *, spare: tuple[int, ...] = ()) -> None:
    """Stop whatever still runs for this home folder: first what uses the services, then the services themselves."""
    book = ProcessBook(home / "processes.json")
    (home / "demo.json").unlink(missing_ok=True)
    postgres = EmbeddedPostgres(home / "postgres", home=home)
    server = postgres.running()
    spared = {*spare, *(family(server.pid) if server is not None else ())}
    found = leftovers(home, book.read(), spare=spared)
    services = [record for record in found if record.name.startswith("valkey")]
    stop([record for record in found if record not in services], grace_seconds=_GRACE_SECONDS)
    stop(services, grace_seconds=_GRACE_SECONDS)
    if postgres.directory.exists():
        postgres.stop()
    book.forget()


class Guard:
    """The guard as the demo sees it: started with it, started again should it die, and dismissed after a wanted stop.

    It shares the home's `lock` (a file descriptor), so that the next start waits until its cleaning is done.
    """

    def __init__(self, home: Path, *, lock: int) -> None:
        self._home = home
        self._lock = lock
        self._dismissed = threading.Event()
        self._changing = threading.Lock()
        self._reading, self._writing = os.pipe()
        self._process = self._start()
        threading.Thread(target=self._watch, name="guard", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def dismiss(self) -> None:
        """End it without cleaning; only for when nothing is left to guard, as it would hit the next start."""
        with self._changing:
            self._dismissed.set()
        self._process.kill()
        self._process.wait()
        os.close(self._writing)
        os.close(self._reading)

    def _watch(self) -> None:
        while True:
            self._process.wait()
            self._dismissed.wait(_RESTART_PAUSE_SECONDS)
            with self._changing:
                if self._dismissed.is_set():
                    return
                self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # the command is made here, not from input
            [sys.executable, "-m", "plugin.embedded.guard", str(self._home)],
            env={**os.environ, HOME_MARK: str(self._home)},
            cwd=self._home,
            stdin=self._reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(self._lock,),
        )


def main() -> None:
    """Wait for the end of the demo, then clean up after it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    home = Path(sys.argv[1])
    with contextlib.suppress(OSError):
        while os.read(0, 64):
            pass
    clean_up(home)


if __name__ == "__main__":
    main()
