"""Boards against the PyPI package `leaderboard` and against bare commands on the same Valkey: looks, changes, memory.

Looks are compared one after another by one client on both sides, as the package knows nothing else; beside that stands
what ours gives to many at a time, as pages ask. One look of ours always tells rank, score, percentile and how many
there are: what the package needs four round trips for ("standing"). Bare commands are sent by `redis-benchmark` to the
package's board. LAUREL_BENCH_BOARDS says of how many members: 10000000 takes some 4 GB and minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop
from rich.progress import Progress

from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.definitions import EVERYBODY, Ranking
from engine.leaderboards.keys import BoardKey, BoardRedis, id_text, reached_text
from tests.bench import bare_commands
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.board_shelf import Shelf, entry, minute

SIZES = "10000,100000,1000000"
LARGEST = 10_000_000
SMALL = 100_000
"""A board of so many is looked at beside each larger one, in turns, so that both have the same machine."""
OTHER_RANKINGS_UP_TO = 1_000_000
SECONDS = 2.0
AT_A_TIME = 32
WRITTEN_AT_ONCE = 500
FILLED_AT_ONCE = 5_000
FILLED_TOGETHER = 3
TURNS = 4
REFERENCE = ("redis==2.10.6", "leaderboard==3.7.3")

Rates = dict[str, dict[str, float]]


def measure(stage: Stage) -> list[Result]:
    """Every size, each side in its turn, on one server."""
    sizes = [int(one) for one in os.environ.get("LAUREL_BENCH_BOARDS", SIZES).split(",")]
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="laurel-peer-") as folder, Progress() as progress:
        python = _reference(Path(folder))
        for size in sizes:
            rankings: list[Ranking] = ["ordinal"]
            if size <= OTHER_RANKINGS_UP_TO:
                rankings += ["competition", "dense"]
            reference = _measure_reference(python, stage.valkey.port, size, rankings)
            bare = bare_commands.measure(stage.valkey.port, size, AT_A_TIME)
            ours = uvloop.run(_measure(stage.valkey.url, size, rankings, progress))
            found = [one for ranking in rankings for one in _compare(size, ranking, ours[ranking], reference[ranking])]
            found += bare_commands.compare(size, ours["ordinal"], bare, AT_A_TIME)
            found += _flatness(size, ours["ordinal"]) if size > SMALL else []
            for one in found:  # what was measured is known, also where a larger board fails
                progress.console.print(*one.row(), sep=" · ")
            results += found
    return results


def _flatness(size: int, ours: dict[str, float]) -> list[Result]:
    """How much slower looks are than at a small board that lay beside it."""
    aim = "≥ 0.67 ×" if size >= LARGEST else ""
    return [
        Result(
            f"{what}: {size:,} members (reference: ours with {SMALL:,})",
            "/s",
            ours[what],
            ours[f"{what} of small"],
            aim,
        )
        for what in ("rank", "around", "top")
    ]


def _compare(size: int, ranking: str, ours: dict[str, float], reference: dict[str, float]) -> list[Result]:
    where = f"{ranking}, {size:,} members"
    rows = [
        ("rank alone", "rank", "rank", ""),
        ("rank, score, percentile, total", "rank", "standing", "≥ 3 ×"),
        ("11 around me", "around", "around", "≥ 3 ×"),
        ("top 50", "top", "top", "≥ 3 ×"),
        (f"score changes, {WRITTEN_AT_ONCE} at once", "change", "change", ""),
    ]
    told = [Result(f"{what} ({where})", "/s", ours[own], reference[other], aim) for what, own, other, aim in rows]
    told += [
        Result(
            f"the same, ours {AT_A_TIME} at a time: {what} ({where})", "/s", ours[f"{own} of many"], reference[other]
        )
        for what, own, other, _ in rows[:-1]
    ]
    return [*told, Result(f"memory for each member ({where})", "B", ours["bytes"], reference["bytes"])]


async def _measure(url: str, size: int, rankings: list[Ranking], progress: Progress) -> Rates:
    rates: Rates = {}
    async with connect_boards(url, timeout_seconds=60) as redis:
        for ranking in rankings:
            await redis.execute_command("FLUSHALL", "SYNC")  # what is freed later would be missed
            before = (await redis.info("memory"))["used_memory"]
            shelf, numbers = Shelf(redis, ranking), random.Random(1)
            await _fill(shelf, size, numbers, progress)
            used = ((await redis.info("memory"))["used_memory"] - before) / size
            rates[ranking] = {"bytes": used, **await _rates(shelf, size, numbers)}
            if size > SMALL and ranking == "ordinal":
                rates[ranking] |= await _in_turns(redis, shelf, size, numbers, progress)
        await redis.execute_command("FLUSHALL", "SYNC")
    return rates


async def _fill(shelf: Shelf, size: int, numbers: random.Random, progress: Progress) -> None:
    """Put everybody on the board as `write` leaves them, by plain commands, a few of them under way at a time."""
    await shelf.open()
    bar = progress.add_task(f"{shelf.ranking}, {size:,} members", total=size)
    pages = iter(range(0, size, FILLED_AT_ONCE))
    reached = [reached_text(minute(one)) for one in range(1_000)]

    async def go_on() -> None:
        for first in pages:
            members = range(first, min(size, first + FILLED_AT_ONCE))
            scores = [numbers.randint(1, size // 3) for _ in members]
            await _put(shelf, [(id_text(one), reached[one % 1_000]) for one in members], scores)
            progress.advance(bar, len(members))

    await asyncio.gather(*(go_on() for _ in range(FILLED_TOGETHER)))
    progress.remove_task(bar)


async def _put(shelf: Shelf, entries: Sequence[tuple[str, str]], scores: Sequence[int]) -> None:
    """Entries in the engine's own format: the sorted set, the hash of members, and of different scores if dense."""
    key, pipe = shelf.key, shelf.redis.pipeline(transaction=False)
    placed = [part for (name, reached), score in zip(entries, scores, strict=True) for part in (score, reached + name)]
    pipe.execute_command("ZADD", key.ranks(EVERYBODY), *placed)
    kept = [part for name, reached in entries for part in (name, f"1 1 {reached}")]
    pipe.execute_command("HSET", key.members, *kept)
    if shelf.shape.dense:
        different = dict.fromkeys(scores)
        pipe.execute_command("ZADD", key.scores(EVERYBODY), *[part for one in different for part in (one, one)])
        for one in scores:
            pipe.execute_command("HINCRBY", key.holders(EVERYBODY), one, 1)
    await pipe.execute()


def _looks(shelf: Shelf, size: int, numbers: random.Random) -> dict[str, Callable[[], Awaitable[object]]]:
    return {
        "rank": lambda: shelf.look(member_id=numbers.randrange(size), count=0),
        "around": lambda: shelf.look(member_id=numbers.randrange(size), count=0, around=11),
        "top": lambda: shelf.look(count=50),
    }


async def _in_turns(
    redis: BoardRedis, shelf: Shelf, size: int, numbers: random.Random, progress: Progress
) -> dict[str, float]:
    """Looks at this board and at a small one beside it, a little while each, again and again."""
    small = Shelf(redis, shelf.ranking, key=BoardKey(7, 4, "all"))
    await _fill(small, SMALL, numbers, progress)
    found: dict[str, float] = {}
    beside = _looks(small, SMALL, numbers)
    for what, look in _looks(shelf, size, numbers).items():
        turns = [(await _rate(look, at_a_time=1), await _rate(beside[what], at_a_time=1)) for _ in range(TURNS)]
        found[what] = sum(one for one, _ in turns) / TURNS
        found[f"{what} of small"] = sum(one for _, one in turns) / TURNS
    return found


async def _rates(shelf: Shelf, size: int, numbers: random.Random) -> dict[str, float]:
    async def change() -> None:
        members = numbers.sample(range(size), WRITTEN_AT_ONCE)
        await shelf.write(*(entry(one, numbers.randint(1, size // 3), minute(one % 1_000)) for one in members))

    looks = _looks(shelf, size, numbers)
    rates = {name: await _rate(look, at_a_time=1) for name, look in looks.items()}
    rates |= {f"{name} of many": await _rate(look, at_a_time=AT_A_TIME) for name, look in looks.items()}
    return {**rates, "change": WRITTEN_AT_ONCE * await _rate(change, at_a_time=1)}


async def _rate(act: Callable[[], Awaitable[object]], *, at_a_time: int) -> float:
    done, began = 0, time.perf_counter()

    async def go_on() -> None:
        nonlocal done
        while time.perf_counter() - began < SECONDS:
            await act()
            done += 1

    await asyncio.gather(*(go_on() for _ in range(at_a_time)))
    return done / (time.perf_counter() - began)


def _reference(folder: Path) -> Path:
    """An environment of its own for the package, whose writes fail with newer clients."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REFERENCE], check=True)
    return python


def _measure_reference(python: Path, port: int, size: int, rankings: list[Ranking]) -> Rates:
    script = Path(__file__).with_name("reference_boards.py")
    command = [str(python), str(script), str(port), str(size), str(SECONDS), *rankings]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rates: Rates = json.loads(told)
    return rates
