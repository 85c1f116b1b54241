"""The PyPI package `leaderboard` at its work; run by the Python of an environment of its own, with redis 2.10.6.

Arguments: port, how many members, seconds for each figure. Prints a JSON object of rates by board and operation, and
leaves the last board behind for bare commands. Members have names of 12 digits, as `redis-benchmark` makes them.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

DATABASE = 1
PIPELINED = 10_000


def main() -> None:
    """Fill one board after the other and measure it."""
    import redis
    from leaderboard.competition_ranking_leaderboard import (  # type: ignore[import-not-found]
        CompetitionRankingLeaderboard,
    )
    from leaderboard.leaderboard import Leaderboard  # type: ignore[import-not-found]
    from leaderboard.tie_ranking_leaderboard import TieRankingLeaderboard  # type: ignore[import-not-found]

    port, members, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    connection: Any = redis.Redis(port=port, db=DATABASE)
    boards = {"ordinal": Leaderboard, "competition": CompetitionRankingLeaderboard, "dense": TieRankingLeaderboard}
    rates: dict[str, dict[str, float]] = {}
    for ranking in sys.argv[4:]:
        connection.execute_command("FLUSHALL", "SYNC")
        before = connection.info()["used_memory"]
        _fill(connection, members, ties=ranking == "dense")
        board = boards[ranking]("board", connection=connection)
        used = (connection.info()["used_memory"] - before) / members
        rates[ranking] = {"bytes": used, **_rates(board, members, seconds)}
    print(json.dumps(rates))


def _fill(connection: Any, members: int, *, ties: bool) -> None:
    """Put all members on the board as its own class does, many at once."""
    numbers = random.Random(1)
    for first in range(0, members, PIPELINED):
        scores = [numbers.randint(1, members // 3) for _ in range(first, min(members, first + PIPELINED))]
        placed = [part for place, score in enumerate(scores) for part in (score, f"{first + place:012}")]
        connection.execute_command("ZADD", "board", *placed)
        if ties:
            tied = [part for score in scores for part in (score, str(float(score)))]
            connection.execute_command("ZADD", "board:ties", *tied)


def _rates(board: Any, members: int, seconds: float) -> dict[str, float]:
    numbers = random.Random(2)

    def somebody() -> str:
        return f"{numbers.randrange(members):012}"

    def standing() -> None:
        member = somebody()
        board.score_and_rank_for(member)
        board.percentile_for(member)
        board.total_members()

    return {
        "rank": _rate(lambda: board.rank_for(somebody()), seconds),
        "standing": _rate(standing, seconds),
        "around": _rate(lambda: board.around_me(somebody(), page_size=11), seconds),
        "top": _rate(lambda: board.top(50), seconds),
        "change": _rate(lambda: board.rank_member(somebody(), numbers.randint(1, members // 3)), seconds),
    }


def _rate(act: Callable[[], object], seconds: float) -> float:
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        act()
        done += 1
    return done / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
