"""Boards against the PyPI package `leaderboard` on the same Valkey: looks, changes of scores, memory.

Looks are compared one after another by one client on both sides, as the package knows nothing else; beside that stands
what ours gives to many at a time, as pages ask. One look of ours always tells rank, score, percentile and how many
there are: what the package needs four round trips for ("standing").
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from engine.leaderboards.connecting import connect_boards
from engine.leaderboards.definitions import Ranking
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.board_shelf import Shelf, entry, minute

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
OTHER_RANKINGS_UP_TO = 1_000_000
SECONDS = 2.0
AT_A_TIME = 32
WRITTEN_AT_ONCE = 500
REFERENCE = ("redis==2.10.6", "leaderboard==3.7.3")

Rates = dict[str, dict[str, float]]


def measure(stage: Stage) -> list[Result]:
    """Every size, both in turns; LAUREL_BENCH_MEMBERS says up to how many members (10,000,000 need 6 GB)."""
    most = int(os.environ.get("LAUREL_BENCH_MEMBERS", "1000000"))
    results, flat = [], {}
    with tempfile.TemporaryDirectory(prefix="laurel-peer-") as folder:
        python = _reference(Path(folder))
        for size in [one for one in SIZES if one <= most]:
            rankings: list[Ranking] = ["ordinal"]
            if size <= OTHER_RANKINGS_UP_TO:
                rankings += ["competition", "dense"]
            reference = _measure_reference(python, stage.valkey.port, size, rankings)
            ours = uvloop.run(_measure(stage.valkey.url, size, rankings))
            flat[size] = ours["ordinal"]
            for ranking in rankings:
                results += _compare(size, ranking, ours[ranking], reference[ranking])
    results += _bare(stage.valkey.port)
    largest = max(flat)
    if largest > SIZES[1]:
        for what in ("rank", "around", "top"):
            told = f"{what}: {largest:,} members (reference: ours with {SIZES[1]:,})"
            results.append(Result(told, "/s", flat[largest][what], flat[SIZES[1]][what], "≥ 0.67 ×"))
    return results


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


async def _measure(url: str, size: int, rankings: list[Ranking]) -> Rates:
    rates: Rates = {}
    async with connect_boards(url, timeout_seconds=30) as redis:
        for ranking in rankings:
            await redis.execute_command("FLUSHDB", "SYNC")  # what is freed later would be missed
            before = (await redis.info("memory"))["used_memory"]
            shelf, numbers = Shelf(redis, ranking), random.Random(1)
            await shelf.open()
            for first in range(0, size, 2_000):
                placed = range(first, min(size, first + 2_000))
                await shelf.write(*(entry(one, numbers.randint(1, size // 3), minute(one % 1_000)) for one in placed))
            used = ((await redis.info("memory"))["used_memory"] - before) / size
            rates[ranking] = {"bytes": used, **await _rates(shelf, size, numbers)}
        await redis.flushdb()
    return rates


async def _rates(shelf: Shelf, size: int, numbers: random.Random) -> dict[str, float]:
    async def change() -> None:
        members = numbers.sample(range(size), WRITTEN_AT_ONCE)
        await shelf.write(*(entry(one, numbers.randint(1, size // 3), minute(one % 1_000)) for one in members))

    looks: dict[str, Callable[[], Awaitable[object]]] = {
        "rank": lambda: shelf.look(member_id=numbers.randrange(size), count=0),
        "around": lambda: shelf.look(member_id=numbers.randrange(size), count=0, around=11),
        "top": lambda: shelf.look(count=50),
    }
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


def _bare(port: int) -> list[Result]:
    """The bare commands by redis-benchmark, where it is installed."""
    program = shutil.which("redis-benchmark") or shutil.which("valkey-benchmark")
    if program is None:
        return []
    results = []
    commands = {"ZREVRANK": "ZREVRANK bare m__rand_int__", "ZADD": "ZADD bare __rand_int__ m__rand_int__"}
    for name, command in commands.items():
        options = ["-p", str(port), "-q", "-n", "100000", "-r", "100000", "-c", str(AT_A_TIME), "--csv"]
        told = subprocess.run([program, *options, *command.split()], check=True, capture_output=True, text=True).stdout
        rate = float(told.strip().splitlines()[-1].split(",")[1].strip('"'))
        results.append(Result(f"bare {name} by redis-benchmark, {AT_A_TIME} clients", "/s", rate))
    return results
