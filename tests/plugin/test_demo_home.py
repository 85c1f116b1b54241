"""The demo's home folder: secrets are made once and kept private, addresses are told in one step."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path

from plugin.demo.home import DemoHome
from plugin.embedded.ports import LOOPBACK, is_free, next_free_port
from tests.support.sockets import listening


def test_given_a_new_home_when_its_secrets_are_asked_twice_then_they_are_the_same_and_private(tmp_path: Path) -> None:
    first = DemoHome(tmp_path / "home").secrets()

    second = DemoHome(tmp_path / "home").secrets()

    assert second == first
    assert len(first.api_key) == 32
    assert first.api_secret.startswith("shpss_")
    assert len(base64.b64decode(first.encryption_key)) == 32
    assert stat.S_IMODE((tmp_path / "home" / "secrets.json").stat().st_mode) == 0o600


def test_given_two_homes_when_their_secrets_are_made_then_none_is_shared(tmp_path: Path) -> None:
    one, other = DemoHome(tmp_path / "one").secrets(), DemoHome(tmp_path / "other").secrets()

    assert one.api_key != other.api_key
    assert one.api_secret != other.api_secret
    assert one.encryption_key != other.encryption_key


def test_given_addresses_when_announced_and_withdrawn_then_the_file_is_private_and_goes_away(tmp_path: Path) -> None:
    home = DemoHome(tmp_path / "home")

    home.announce({"shop": "laurel-demo.myshopify.com"})

    told = home.path / "demo.json"
    assert json.loads(told.read_text()) == {"shop": "laurel-demo.myshopify.com"}
    assert stat.S_IMODE(told.stat().st_mode) == 0o600
    home.withdraw()
    home.withdraw()
    assert not told.exists()


def test_given_a_released_lock_when_taken_again_then_it_is_given(tmp_path: Path) -> None:
    home = DemoHome(tmp_path / "home")
    os.close(home.lock())

    again = home.lock()

    assert json.loads(os.pread(again, 1_000, 0))["pid"] == os.getpid()
    os.close(again)


def test_given_a_taken_port_when_a_free_one_is_asked_then_the_next_one_is_given() -> None:
    with listening() as taken:
        assert not is_free(taken)

        found = next_free_port(taken)

        assert found > taken
        assert is_free(found)
        assert next_free_port(found, taken=(found,)) > found
    assert LOOPBACK == "127.0.0.1"
