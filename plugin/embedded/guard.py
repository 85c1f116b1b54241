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
from pathlib import Path

from plugin.embedded.postgres import EmbeddedPostgres
from plugin.embedded.processes import HOME_MARK, ProcessBook, family, leftovers, stop

_GRACE_SECONDS = 4.0


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


def start_guard(home: Path, *, lock: int) -> tuple[subprocess.Popen[bytes], int]:
    """Start the guard. It shares the home's `lock` (a file descriptor), so that the next start waits for its cleaning.

    Returns its process and the writing end of the pipe: keep that open as long as the demo lives.
    """
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603  # the command is made here, not from input
            [sys.executable, "-m", "plugin.embedded.guard", str(home)],
            env={**os.environ, HOME_MARK: str(home)},
            cwd=home,
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lock,),
        )
    except OSError:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    return process, writing


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
