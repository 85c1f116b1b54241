"""The bare commands of Redis by `redis-benchmark`, on the board that the package `leaderboard` left behind.

It is used where it is on the PATH (Debian has it in `redis-tools`); where it is not, that is said.
"""

from __future__ import annotations

import shutil
import subprocess

from rich.console import Console

from tests.bench.results import Result

REQUESTS = 20_000
COMMANDS = {
    "ZREVRANK": "ZREVRANK board __rand_int__",
    "ZREVRANGE 0 49": "ZREVRANGE board 0 49 WITHSCORES",
    "ZADD": "ZADD board __rand_int__ __rand_int__",
}
_LIKE = {"ZREVRANK": "rank", "ZREVRANGE 0 49": "top", "ZADD": "change"}
"""What of ours stands beside each; changes of ours go many at once."""


def measure(port: int, size: int, at_a_time: int) -> dict[tuple[str, int], float]:
    """How many a second of each command, by one client and by many; nothing where there is no program to send them."""
    program = shutil.which("redis-benchmark") or shutil.which("valkey-benchmark")
    if program is None:
        Console().print("redis-benchmark is not on the PATH (Debian: redis-tools): no bare commands")
        return {}
    rates = {}
    for name, command in COMMANDS.items():
        for clients in (1, at_a_time):
            options = [
                "-p",
                str(port),
                "--dbnum",
                "1",
                "-n",
                str(REQUESTS),
                "-r",
                str(size),
                "-c",
                str(clients),
                "--csv",
            ]
            done = subprocess.run([program, *options, *command.split()], check=True, capture_output=True, text=True)
            rates[name, clients] = float(done.stdout.strip().splitlines()[-1].split(",")[1].strip('"'))
    return rates


def compare(size: int, ours: dict[str, float], bare: dict[tuple[str, int], float], at_a_time: int) -> list[Result]:
    """Ours beside them: a look tells more than the command, and a changed score is three writes in one function."""
    results = []
    for (name, clients), rate in bare.items():
        many = f"{_LIKE[name]} of many"
        mine = ours[_LIKE[name] if clients == 1 or many not in ours else many]
        told = "1 client" if clients == 1 else f"{at_a_time} clients"
        results.append(Result(f"bare {name} by redis-benchmark, {told} ({size:,} members)", "/s", mine, rate))
    return results
