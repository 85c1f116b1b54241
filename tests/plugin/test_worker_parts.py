"""The worker as a whole: one part that fails is not lost, and at the end every part finishes what it began."""

from __future__ import annotations

import asyncio

import pytest

from plugin.background import worker
from plugin.background.rounds import Round
from plugin.background.worker import PartEndedError, run_parts


async def test_a_part_that_ends_by_itself_ends_the_worker_loudly() -> None:
    stop = asyncio.Event()
    finished: list[str] = []

    async def dies() -> None:
        raise ValueError("a bug")

    async def lives() -> None:
        await stop.wait()
        finished.append("lives")

    with pytest.raises(PartEndedError, match=r"^dies$"):
        await run_parts({"dies": dies(), "lives": lives()}, stop)

    assert finished == ["lives"]


async def test_a_part_that_fails_at_the_end_does_not_cut_the_others_short() -> None:
    stop, goes_on = asyncio.Event(), asyncio.Event()
    finished: list[str] = []

    async def fails() -> None:
        await stop.wait()
        goes_on.set()
        raise ValueError("a stale error")

    async def finishes() -> None:
        await goes_on.wait()
        await asyncio.sleep(0)
        finished.append("finishes")

    stop.set()
    await run_parts({"fails": fails(), "finishes": finishes()}, stop)

    assert finished == ["finishes"]


async def test_a_round_with_a_bug_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "TROUBLE_SECONDS", 0.0)
    stop = asyncio.Event()
    made = 0

    async def run() -> int:
        nonlocal made
        made += 1
        if made == 1:
            raise ValueError("a bug")
        stop.set()
        return 0

    await worker._repeat(Round("test", 0.0, run), stop)

    assert made == 2
