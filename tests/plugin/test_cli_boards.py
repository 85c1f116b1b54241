"""`laurel rebuild leaderboards` and the boards in `laurel audit`, as processes on a real database and Valkey."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import redis

LAUREL = Path(sys.executable).parent / "laurel"

_BOARD = """
    INSERT INTO shop_directory VALUES ('a.myshopify.com', 7, 71, true);
    INSERT INTO game_definitions (program_id, definition_id, kind, handle, version)
    VALUES (7, 1, 'leaderboard', 'all', 1);
    INSERT INTO game_definition_versions (program_id, definition_id, version, effective_from, definition, created_by)
    VALUES (7, 1, 1, '2026-01-01',
        '{"title": "All", "score": {"kind": "counted", "counter": {"metric": "points"}}}', 'tests');
    INSERT INTO members (program_id, member_id, joined_at) VALUES (7, 1, '2026-01-01'), (7, 2, '2026-01-01');
    INSERT INTO board_participants (program_id, definition_id, member_id, display_name)
    VALUES (7, 1, 1, 'A'), (7, 1, 2, 'B');
    INSERT INTO activities (program_id, shop_id, source, source_id, member_id, occurred_at, currency, steps) VALUES
    (7, 71, 'order', '1', 1, '2026-03-01', 'USD', '[["2026-03-01T00:00:00+00:00", 100, 1, 1, 0, 0]]'),
    (7, 71, 'order', '2', 2, '2026-03-01', 'USD', '[["2026-03-01T00:00:00+00:00", 200, 2, 1, 0, 0]]');
"""


def _laurel(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "NO_COLOR": "1", **environment}
    return subprocess.run([LAUREL, *arguments], env=clean, capture_output=True, text=True, timeout=60, check=False)


def test_given_an_empty_redis_when_rebuilt_then_boards_are_right_and_the_audit_says_so(
    database_url: str, redis_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_BOARD.encode())
    given = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}

    # An empty Redis is no breach: boards are being made.
    before = _laurel("audit", **given)
    assert "board-scores: 2 checked, ok" in before.stdout
    assert "lag boards updating: 1" in before.stdout

    done = _laurel("rebuild", "leaderboards", "--program", "7", **given)
    assert (done.returncode, done.stdout) == (0, "1 periods of leaderboards were made anew.\n")
    after = _laurel("audit", **given)
    assert "board-entries: 2 checked, ok" in after.stdout
    assert "lag boards updating: 0" in after.stdout

    # A score that nobody earned is found.
    with redis.Redis.from_url(redis_url) as client:
        entry = client.zrevrange("lb:{7}:1:all:ranks:", 0, 0)[0]
        client.execute_command("ZADD", "lb:{7}:1:all:ranks:", 999, entry)
    forged = _laurel("audit", **given)
    assert "board-entries: 2 checked, BREACH 1" in forged.stdout
    assert forged.returncode == 1

    # Without Redis boards are told as not compared, and not as right.
    for address in ({}, {"REDIS_URL": "redis://127.0.0.1:1/0"}):
        blind = _laurel("audit", DATABASE_URL=database_url, **address)
        assert "not compared: 1 periods of leaderboards" in blind.stdout
        assert "board-entries: 0 checked" in blind.stdout


def test_given_what_is_not_there_when_rebuilt_then_it_ends_with_2_and_says_why(
    database_url: str, redis_url: str
) -> None:
    missing = _laurel("rebuild", "leaderboards", REDIS_URL=redis_url)
    assert (missing.returncode, missing.stderr.split(" ")[0]) == (2, "DATABASE_URL")
    unknown = _laurel("rebuild", "leaderboards", "--program", "99", DATABASE_URL=database_url, REDIS_URL=redis_url)
    assert (unknown.returncode, unknown.stderr.strip()) == (2, "There is no program 99.")
