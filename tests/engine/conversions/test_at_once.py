"""Reports that come at the same moment, and a process that dies between any two writes: still one effect each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.conversions import posting
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

pytestmark = pytest.mark.anyio
POINTS = ("conversion-between-points-and-budget", "conversion-between-budget-and-books",
          "conversion-between-books-and-row")  # fmt: skip


class _PowerCut(Exception):  # noqa: N818  # nothing is at fault
    pass


def _dies_at(point: str) -> Callable[[str], None]:
    def crash(name: str) -> None:
        if name == point:
            raise _PowerCut

    return crash


async def test_many_reports_at_once_have_one_effect_each_and_keep_to_the_budget(trading: Trading) -> None:
    partner = await trading.partner(caps=[{"kind": "issued", "period": "month", "points": 100_000}])
    offer = await trading.offer(partner, TEN_A_DOLLAR, budget={"unit": "points", "amount": 700})
    claims = [await trading.claim(offer, customer) for customer in (1, 2, 3)]
    day = await trading.now() - timedelta(days=2)
    same = purchase(0, day, "10.00", member=claims[0].made_code)
    back = refund(0, day + timedelta(hours=1), "5.00")
    others = [purchase(n, day, "10.00", member=claims[n % 3].made_code) for n in range(1, 13)]
    # A number for the order of another report: of the two that name one order, one is it.
    rival = {**same, "report_id": "p-rival"}

    answers = await asyncio.gather(*(trading.report(partner, **said) for said in [same, back] * 3 + others + [rival]))

    told = Counter((answer.state, answer.code, answer.repeated) for answer in answers)
    assert sum(count for (_, code, _), count in told.items() if code == "BUDGET_USED_UP") >= 5
    assert sum(count for (_, code, _), count in told.items() if code == "ORDER_ALREADY_REPORTED") in (1, 3)
    stands = await trading.stands(offer)
    assert stands.budget is not None
    assert stands.budget.free + stands.budget.spent == 700
    had = sum([(await trading.member(customer)).available for customer in (1, 2, 3)])
    assert (
        had
        == stands.budget.spent
        == sum(points if kind == "issued" else -points for kind, points, _, _ in await trading.books(partner))
    )
    assert stands.budget.free in (0, 50)
    assert await trading.breaches() == {}


async def test_a_process_that_dies_between_two_writes_leaves_nothing_and_the_next_try_everything(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = await trading.partner()
    offer = await trading.offer(partner, TEN_A_DOLLAR, budget={"unit": "points", "amount": 1_000})
    claim = await trading.claim(offer)
    day = await trading.now() - timedelta(days=2)
    for number, point in enumerate(POINTS):
        for said in (
            purchase(number, day, "20.00", member=claim.made_code),
            refund(number, day + timedelta(hours=1), "5.00"),
        ):
            before = await trading.books(partner), (await trading.member()).available, await trading.stands(offer)

            monkeypatch.setattr(posting, "crash_point", _dies_at(point))
            with pytest.raises(_PowerCut):
                await trading.report(partner, **said)
            monkeypatch.undo()
            assert before == (
                await trading.books(partner), (await trading.member()).available, await trading.stands(offer),
            )  # fmt: skip
            assert (await trading.report(partner, **said)).state == "applied"
            assert (await trading.report(partner, **said)).repeated

    assert (await trading.member()).available == 450
    assert len(await trading.books(partner)) == 6
    assert await trading.breaches() == {}
