"""The embedded services and their guard, with real processes: what is started ends, however its starter ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from plugin.demo.home import DemoHome, HomeInUseError
from plugin.embedded.guard import clean_up
from plugin.embedded.processes import HOME_MARK, ProcessBook, record_of

# What a demo does, without the app: lock, guard, PostgreSQL, Valkey and one program, all under supervision.
_STARTER = """
import sys, time
from pathlib import Path
from plugin.demo.home import DemoHome
from plugin.demo.supervision import Supervisor
from plugin.embedded.guard import Guard
from plugin.embedded.launch import Launch
from plugin.embedded.postgres import EmbeddedPostgres
from plugin.embedded.processes import ProcessBook
from plugin.embedded.valkey import EmbeddedValkey

home = DemoHome(Path(sys.argv[1]))
guard = Guard(home.path, lock=home.lock())
supervisor = Supervisor(ProcessBook(home.path / "processes.json"), lambda line: None)
postgres = EmbeddedPostgres(home.path / "postgres", home=home.path)
valkey = EmbeddedValkey(home.path / "valkey", home=home.path)
postgres.prepare()
supervisor.start(postgres.launch())
supervisor.start(valkey.launch())
program = (sys.executable, "-c", "import time; time.sleep(600)")
supervisor.start(Launch(name="program", command=program, home=home.path, log=home.path / "logs" / "program.log"))
postgres.wait_until_ready()
valkey.wait_until_ready()
(home.path / "demo.json").write_text("{}")
print("ready", guard.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder; whatever still works for it at the end of the test is stopped."""
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    clean_up(folder)


def _start(home: Path) -> tuple[subprocess.Popen[str], int]:
    starter = subprocess.Popen([sys.executable, "-c", _STARTER, str(home)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    word, guard = starter.stdout.readline().split()
    starter.stdout.close()
    assert word == "ready"
    return starter, int(guard)


def _marked(home: Path) -> set[str]:
    """The command lines of all processes that carry the home's mark or name it."""
    found = set()
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            marked = process.environ().get(HOME_MARK) == str(home) or str(home) in command
            if marked and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                found.add(command)
        except psutil.Error:
            continue
    return found


def _wait_until(condition: Callable[[], bool], limit_seconds: float = 60.0) -> None:
    deadline = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_given_a_killed_starter_when_the_guard_has_cleaned_then_nothing_is_left(home: Path) -> None:
    starter, _ = _start(home)
    assert len(_marked(home)) >= 4

    starter.kill()
    starter.wait()

    _wait_until(lambda: _marked(home) == set())
    assert not (home / "demo.json").exists()
    assert not (home / "processes.json").exists()
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_given_starter_and_guard_killed_when_the_next_start_cleans_up_then_nothing_is_left(home: Path) -> None:
    starter, guard = _start(home)
    starter.send_signal(signal.SIGSTOP)  # so that it cannot start another guard
    os.kill(guard, signal.SIGKILL)
    starter.kill()
    starter.wait()
    assert _marked(home) != set()

    clean_up(home)

    _wait_until(lambda: _marked(home) == set())


def test_given_a_killed_guard_when_the_starter_is_killed_later_then_another_guard_has_cleaned(home: Path) -> None:
    starter, guard = _start(home)
    os.kill(guard, signal.SIGKILL)
    _wait_until(lambda: not psutil.pid_exists(guard))
    _wait_until(lambda: any("-m plugin.embedded.guard" in command for command in _marked(home)))

    starter.kill()
    starter.wait()

    _wait_until(lambda: _marked(home) == set())
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_given_a_killed_starter_when_started_again_at_once_then_it_waits_for_the_guard_and_works(home: Path) -> None:
    starter, _ = _start(home)
    starter.kill()
    starter.wait()

    second, _ = _start(home)

    assert ProcessBook(home / "processes.json").read() != []
    second.kill()
    second.wait()
    _wait_until(lambda: _marked(home) == set())


def test_given_a_running_starter_when_another_takes_the_home_then_it_is_refused_and_named(home: Path) -> None:
    starter, _ = _start(home)

    with pytest.raises(HomeInUseError, match=f"in use by process {starter.pid}"):
        DemoHome(home).lock()

    starter.kill()
    starter.wait()


def test_given_a_reused_process_number_when_cleaning_up_then_the_stranger_lives(home: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    record = record_of("app", stranger.pid)
    assert record is not None
    earlier = type(record)(name="app", pid=stranger.pid, started_at=record.started_at - 3600)
    ProcessBook(home / "processes.json").write([earlier])
    (home / "postgres").mkdir()
    (home / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{home / 'postgres'}\n")

    clean_up(home)

    assert stranger.poll() is None
    assert not (home / "postgres" / "postmaster.pid").exists()
    stranger.kill()
    stranger.wait()
