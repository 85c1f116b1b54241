"""The embedded PostgreSQL and Valkey: their settings, and that what they hold outlives a stop and a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from plugin.embedded.guard import clean_up
from plugin.embedded.launch import start
from plugin.embedded.postgres import EmbeddedPostgres
from plugin.embedded.valkey import EmbeddedValkey


@contextmanager
def _running(server: EmbeddedPostgres | EmbeddedValkey) -> Iterator[None]:
    """The server answers within the block; after it, it is killed as by a crash."""
    if isinstance(server, EmbeddedPostgres):
        server.prepare()
    process = start(server.launch())
    try:
        server.wait_until_ready()
        yield
    finally:
        process.kill()
        process.wait()
        clean_up(server.home)


def test_given_rows_when_the_server_is_killed_and_started_again_then_they_are_there(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", home=tmp_path)
    with _running(server), psycopg.connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (42)")
        connection.commit()
    assert server.running() is None

    again = EmbeddedPostgres(tmp_path / "postgres", home=tmp_path)

    with _running(again), psycopg.connect(again.owner_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)


def test_given_a_started_server_when_its_settings_are_read_then_they_are_safe_and_small(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", home=tmp_path)
    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "shared_buffers": str(128 * 1024 // 8),
        "server_encoding": "UTF8",
        "data_checksums": "on",
    }

    with _running(server), psycopg.connect(server.owner_url) as connection:
        rows = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(wanted),)
        ).fetchall()

    assert {str(name): str(setting) for name, setting in rows} == wanted


def test_given_a_home_with_a_long_path_when_started_then_its_socket_lies_elsewhere_and_works(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 25)
    home.mkdir()
    server = EmbeddedPostgres(home / "postgres", home=home)

    assert server.socket_directory != server.directory
    assert len(bytes(server.socket_directory)) < 90
    with _running(server), psycopg.connect(server.owner_url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("laurel",)
    assert not server.socket_directory.exists()


def test_given_data_of_another_version_when_prepared_then_it_is_refused_and_untouched(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", home=tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(RuntimeError, match="holds data of PostgreSQL 16, this is 18"):
        server.prepare()

    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]


def test_given_a_value_when_valkey_is_stopped_and_started_then_it_is_there_and_nothing_is_evicted(
    tmp_path: Path,
) -> None:
    first = EmbeddedValkey(tmp_path / "valkey", home=tmp_path)
    with _running(first), redis.Redis.from_url(first.url, decode_responses=True) as client:
        client.set("kept", "42")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        client.execute_command("WAITAOF", 1, 0, 5000)

    second = EmbeddedValkey(tmp_path / "valkey", home=tmp_path)

    with _running(second), redis.Redis.from_url(second.url, decode_responses=True) as client:
        assert client.get("kept") == "42"
