"""Supervision with real processes: what dies is started again as another process, until everything is stopped."""

from __future__ import annotations

import os
import queue
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from plugin.demo.supervision import Supervisor
from plugin.embedded.launch import Launch
from plugin.embedded.processes import HOME_MARK, ProcessBook

REPORT_SECONDS = 60


class Supervised:
    """A supervisor whose reports can be waited for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.reports: queue.Queue[str] = queue.Queue()
        self.book = ProcessBook(home / "processes.json")
        self.supervisor = Supervisor(self.book, self.reports.put)

    def start(self, name: str, code: str) -> int:
        """Start a Python program; returns its process number."""
        command = (sys.executable, "-c", code)
        self.supervisor.start(Launch(name=name, command=command, home=self.home, log=self.home / f"{name}.log"))
        return self.supervisor.running()[name]


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    """A supervisor whose processes are stopped after the test."""
    found = Supervised(tmp_path)
    yield found
    found.supervisor.stop_together(list(found.supervisor.running()), grace_seconds=0.5)


def test_given_a_killed_process_when_it_is_missed_then_another_one_takes_its_place(supervised: Supervised) -> None:
    first = supervised.start("sleeper", "import time; time.sleep(600)")
    os.kill(first, signal.SIGKILL)

    report = supervised.reports.get(timeout=REPORT_SECONDS)

    second = supervised.supervisor.running()["sleeper"]
    assert second != first
    assert report == f"sleeper ended (signal 9); started again as process {second}"
    assert [record.pid for record in supervised.book.read()] == [second]


def test_given_a_program_that_always_fails_when_it_is_started_then_it_is_tried_again_and_again(
    supervised: Supervised,
) -> None:
    supervised.supervisor.start(
        Launch(
            name="failing",
            command=(sys.executable, "-c", "raise SystemExit(3)"),
            home=supervised.home,
            log=supervised.home / "failing.log",
        )
    )

    reports = [supervised.reports.get(timeout=REPORT_SECONDS) for _ in range(3)]

    assert all(report.startswith("failing ended (code 3); started again as process ") for report in reports)
    assert len(set(reports)) == 3


def test_given_a_stubborn_process_with_a_child_when_stopped_then_both_end_within_the_grace(
    supervised: Supervised,
) -> None:
    ready = supervised.home / "ready"
    os.mkfifo(ready)
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(ready)!r}, 'w').close()\n"
        "time.sleep(600)\n"
    )
    number = supervised.start("stubborn", code)
    ready.read_text()  # a named pipe: waits until the program has opened and closed it
    stubborn = psutil.Process(number)
    child = stubborn.children()[0]

    supervised.supervisor.stop_together(["stubborn"], grace_seconds=0.5)

    for process in (stubborn, child):  # a zombie until whoever started it has heard of its end
        assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert supervised.supervisor.running() == {}


def test_given_stopped_processes_when_one_is_started_after_that_then_nothing_starts(supervised: Supervised) -> None:
    supervised.start("sleeper", "import time; time.sleep(600)")
    supervised.supervisor.stop_together(["sleeper"], grace_seconds=2)

    supervised.supervisor.start(
        Launch(name="late", command=(sys.executable, "-c", ""), home=supervised.home, log=supervised.home / "late.log")
    )

    assert supervised.supervisor.running() == {}


def test_given_a_started_process_when_looked_at_from_outside_then_it_carries_the_mark_and_its_own_session(
    supervised: Supervised,
) -> None:
    number = supervised.start("sleeper", "import time; time.sleep(600)")

    assert psutil.Process(number).environ()[HOME_MARK] == str(supervised.home)
    assert os.getsid(number) == number
