"""Whatever is reported in whatever order and however often, and whoever decides: it ends as on paper.

Each example is a partner of its own, under a clock that the test sets. At its end every conversion, the members'
points, the budgets and the partner's books are the model's, and no invariant is broken.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import anyio.from_thread
import anyio.to_thread
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.database import create_engine
from tests.support.clock import DatabaseClock
from tests.support.conversion_model import Paper, PaperOrder
from tests.support.conversion_play import ACCRUAL, LINK, Play
from tests.support.trading import Trading

pytestmark = pytest.mark.anyio
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
MINUTES = st.integers(0, 60 * 24 * 20)
REFUNDS = st.lists(st.tuples(MINUTES, st.none() | st.integers(1, 9_000)), max_size=3)
ORDERS = st.lists(st.tuples(st.booleans(), st.integers(1, 15_000), MINUTES, REFUNDS), min_size=1, max_size=4)
STEPS = st.lists(
    st.tuples(st.sampled_from(["tell"] * 6 + ["round", "days", "approve", "decline", "reverse", "appeal", "merge"]),
              st.integers(0, 11), st.integers(0, 3)),
    min_size=4, max_size=30,
)  # fmt: skip


def _orders(drawn: list[Any], hold: timedelta, since: datetime) -> list[PaperOrder]:
    return [
        PaperOrder(
            LINK if by_link else ACCRUAL, cents, since - timedelta(minutes=minutes), hold,
            [(since - timedelta(minutes=minutes) + timedelta(minutes=min(after, minutes)), amount)
             for after, amount in refunds],
        )
        for by_link, cents, minutes, refunds in drawn
    ]  # fmt: skip


async def _play(trading: Trading, clock: DatabaseClock, number: int, hold: int, drawn: Any, steps: Any) -> None:
    play = Play(trading, clock, number, Paper(_orders(drawn, timedelta(days=hold), clock.now)))
    await play.begin(hold)
    try:
        for step, which, index in steps:
            index %= len(play.paper.orders)
            if step == "tell":
                await play.tell(index, which % 4)
            elif step == "days":
                clock.move(timedelta(days=which))
            elif step == "round":
                await trading.approve_due()
                play.paper.round(clock.now)
            elif step == "merge":
                await play.merge()
            else:
                await play.decide(index, step)
        await play.compare()
    finally:
        await play.end()


async def _check(database_url: str, shop: Any, examples: int) -> None:
    clock = DatabaseClock(database_url, START)
    engine = create_engine(database_url)
    trading, numbers = Trading(engine, shop), iter(range(1, 10**6))

    @settings(max_examples=examples, deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
    @given(hold=st.sampled_from([0, 7]), drawn=ORDERS, steps=STEPS)
    def play(hold: int, drawn: Any, steps: Any) -> None:
        anyio.from_thread.run(_play, trading, clock, next(numbers), hold, drawn, steps)

    try:
        await anyio.to_thread.run_sync(play)
        assert await trading.breaches() == {}
    finally:
        await engine.dispose()
        clock.close()


async def test_any_order_and_any_repeats_end_as_on_paper(database_url: str, shop: Any) -> None:
    await _check(database_url, shop, 12)


@pytest.mark.prove
async def test_a_thousand_histories_end_as_on_paper(database_url: str, shop: Any) -> None:
    await _check(database_url, shop, 1_000)
