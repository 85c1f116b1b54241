"""`laurel demo` as a user runs it: everything answers, what dies comes back, and nothing is left however it ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from plugin.embedded.guard import clean_up
from plugin.embedded.ports import next_free_port
from plugin.embedded.processes import HOME_MARK
from tests.support.sockets import listening

BIN = Path(sys.executable).parent
START_SECONDS, STOP_SECONDS = 240.0, 60.0


def _wait_until(condition: Callable[[], bool], limit_seconds: float) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Demo:
    """A running `laurel demo` and what it told about itself."""

    def __init__(self, home: Path, port: int, **environment: str) -> None:
        self.home = home
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.output = (home.parent / "output.txt").open("a+")
        self.process = subprocess.Popen(
            [BIN / "laurel", "demo", "--port", str(port)],
            env={**clean, "LAUREL_HOME": str(home), **environment},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            # As in a shell's background job: SIGINT is ignored until the program says otherwise.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        _wait_until(lambda: (home / "demo.json").exists() or self.process.poll() is not None, START_SECONDS)
        assert self.process.poll() is None, self.said()
        self.facts: dict[str, Any] = json.loads((home / "demo.json").read_text())

    def said(self) -> str:
        """What it printed so far."""
        self.output.seek(0)
        return self.output.read()

    def number_of(self, *command: str) -> int | None:
        """The process number of the one whose command line ends so."""
        for process in _processes_of(self.home):
            if process.cmdline()[-len(command) :] == list(command):
                return int(process.pid)
        return None

    def app_answers(self) -> bool:
        """Whether the app is ready."""
        try:
            return httpx.get(f"{self.facts['app_url']}/readyz").is_success
        except httpx.TransportError:
            return False

    def end(self, number: signal.Signals) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def __enter__(self) -> Demo:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever the test came to, the process is gone; the guard and the next start do the rest."""
        self.process.kill()
        self.process.wait()
        self.output.close()


def _processes_of(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(HOME_MARK) == str(home) or str(home) in " ".join(process.cmdline())
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that was asked for a taken port, for the tests that leave it running."""
    home = tmp_path_factory.mktemp("running") / "home"
    # Not a port that the system gives to outgoing connections: one of those could take it while the app is away.
    with listening(next_free_port(18_700)) as taken, Demo(home, taken) as demo:
        assert demo.facts["app_url"] != f"http://127.0.0.1:{taken}"
        yield demo
    clean_up(home)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder for a test that starts and stops."""
    yield tmp_path / "home"
    clean_up(tmp_path / "home")


def test_given_a_running_demo_when_its_file_is_read_then_it_tells_all_that_a_check_needs(running: Demo) -> None:
    facts = running.facts

    assert {
        "app_url", "storefront_url", "admin_url", "api_key", "api_secret", "shop", "database_url", "redis_url",
        "customers", "products",
    } <= set(facts)  # fmt: skip
    assert facts["shop"] == "laurel-demo.myshopify.com"
    assert all(isinstance(one["id"], int) and "@" in one["email"] and one["name"] for one in facts["customers"])
    assert all(isinstance(one["id"], int) and one["handle"] and one["price"] for one in facts["products"])
    assert stat.S_IMODE((running.home / "demo.json").stat().st_mode) == 0o600
    for url in (facts["storefront_url"], facts["admin_url"], f"{facts['app_url']}/livez"):
        assert httpx.get(url).status_code == 200, url


def test_given_a_running_demo_when_its_database_is_read_then_the_app_is_installed_and_its_program_live(
    running: Demo,
) -> None:
    with psycopg.connect(running.facts["database_url"]) as connection:
        rows = connection.execute(
            "SELECT d.installed, v.version, v.effective_from::date::text, v.definition -> 'sign_up' ->> 'points' "
            "FROM shop_directory d JOIN program_versions v USING (program_id) WHERE d.domain = %s",
            [running.facts["shop"]],
        ).fetchall()

    assert rows == [(True, 1, "1970-01-01", "100")]


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("-m", "plugin.devstore")], ids=lambda one: one[-1])
def test_given_a_running_demo_when_a_part_is_killed_then_another_process_takes_its_place(
    running: Demo, command: tuple[str, ...]
) -> None:
    first = running.number_of(*command)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    _wait_until(lambda: running.number_of(*command) not in (None, first), START_SECONDS)
    _wait_until(running.app_answers, START_SECONDS)
    told = f"ended (signal 9); started again as process {running.number_of(*command)}"
    _wait_until(lambda: told in running.said(), START_SECONDS)


def test_given_a_running_demo_when_a_second_one_takes_its_home_then_it_is_refused_and_the_first_goes_on(
    running: Demo,
) -> None:
    second = subprocess.run(
        [BIN / "laurel", "demo"],
        env={**os.environ, "LAUREL_HOME": str(running.home)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert f"in use by process {running.process.pid}" in " ".join(second.stdout.split())
    assert (running.home / "demo.json").exists()
    assert running.app_answers()


def test_given_a_running_demo_when_interrupted_then_it_ends_well_and_nothing_is_left(running: Demo) -> None:
    """The last of the tests of the one that is left running."""
    assert running.end(signal.SIGINT) == 0

    assert _processes_of(running.home) == []
    assert not (running.home / "demo.json").exists()


def test_given_a_killed_demo_when_the_guard_has_cleaned_then_it_starts_again_with_its_data_and_a_new_wish(
    home: Path,
) -> None:
    """The second start wishes for test orders: the data are kept, and a version of the program is added."""
    with Demo(home, 18_600) as demo:
        secret = demo.facts["api_secret"]
        assert len(_processes_of(home)) >= 6
        assert demo.end(signal.SIGKILL) == -signal.SIGKILL

    _wait_until(lambda: _processes_of(home) == [], STOP_SECONDS)
    assert not (home / "demo.json").exists()

    with Demo(home, 18_600, LAUREL_DEMO_TEST_ORDERS="1") as again:
        assert again.facts["api_secret"] == secret
        with psycopg.connect(again.facts["database_url"]) as connection:
            rows = connection.execute(
                "SELECT version, definition -> 'purchase' ->> 'test_orders' FROM program_versions "
                "JOIN shop_directory USING (program_id) WHERE domain = %s ORDER BY version",
                [again.facts["shop"]],
            ).fetchall()
        assert again.end(signal.SIGTERM) == 0
    assert rows == [(1, "false"), (2, "true")]
    assert _processes_of(home) == []


def test_given_services_of_ones_own_when_the_demo_runs_then_it_uses_them_and_starts_none(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    home = tmp_path / "home"
    with Demo(home, 18_600, DATABASE_URL=database_url, REDIS_URL=redis_url) as demo:
        assert demo.facts["database_url"] == database_url
        assert demo.facts["redis_url"] == redis_url
        assert {process.name() for process in _processes_of(home)} & {"postgres", "valkey-server"} == set()
        assert not (home / "postgres").exists()
        assert demo.end(signal.SIGINT) == 0

    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT domain FROM shop_directory WHERE domain = %s", [demo.facts["shop"]])
        assert found.fetchone() == (demo.facts["shop"],)


def test_given_the_scripted_purchase_when_played_twice_then_every_part_agrees_both_times(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [str(BIN / "laurel"), "demo", "--once", "--port", "18650"]

    environment["LAUREL_HOME"] = str(tmp_path)
    said = [subprocess.run(command, env=environment, capture_output=True, text=True, check=False) for _ in range(2)]

    assert [one.returncode for one in said] == [0, 0], said[0].stdout + said[1].stdout
    # 3 × 18.50 are 55.50, half-even 56; one of three is refunded: half-even(56 × 18.50 / 55.50) = 19; 100 for joining.
    assert "balance 156" in said[0].stdout
    assert "balance 137" in said[0].stdout
    assert "balance 193" in said[1].stdout
    assert "balance 174" in said[1].stdout
    assert all("Every part agrees." in one.stdout for one in said)
    assert _processes_of(tmp_path) == []
