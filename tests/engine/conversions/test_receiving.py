"""A partner reports purchases and refunds: one effect each, or a typed refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

pytestmark = pytest.mark.anyio


async def test_a_purchase_by_number_earns_at_once_and_is_booked_on_its_day(trading: Trading) -> None:
    partner = await trading.partner()
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = await trading.now() - timedelta(days=3)

    answer = await trading.report(partner, **purchase(1, day, "20.00", member=claim.made_code))

    assert (answer.state, answer.repeated, answer.code) == ("applied", False, None)
    one = await trading.conversion(partner, "#1")
    assert one is not None
    assert (one.state, one.points, one.attributed_by, one.approved_at) == ("approved", 200, "number", day)
    member = await trading.member()
    assert (member.available, member.pending) == (200, 0)
    assert await trading.books(partner) == [("issued", 200, 200_000_000, day)]
    assert await trading.breaches() == {}


async def test_the_same_report_has_one_effect_and_a_changed_one_is_refused(trading: Trading) -> None:
    partner, other = await trading.partner(), await trading.partner("other-shop")
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = await trading.now() - timedelta(days=3)
    said = purchase(1, day, "20.00", member=claim.made_code)
    first = await trading.report(partner, **said)

    again = await trading.report(partner, **{**said, "amount": "20"})
    changed = await trading.report(partner, **{**said, "amount": "25.00"})
    renamed = await trading.report(partner, **{**said, "report_id": "p-1-again"})
    stranger = await trading.report(other, **said)

    assert (again.state, again.repeated, again.conversion_id) == ("applied", True, first.conversion_id)
    assert (changed.state, changed.code) == ("refused", "REPORT_CHANGED")
    assert (renamed.state, renamed.code) == ("refused", "ORDER_ALREADY_REPORTED")
    assert (stranger.state, stranger.code, stranger.conversion_id) == ("refused", "MEMBER_UNKNOWN", None)
    assert (await trading.member()).available == 200
    assert len(await trading.books(partner)) == 1
    assert await trading.books(other) == []
    assert await trading.breaches() == {}


async def test_a_refund_before_its_purchase_waits_and_all_refunds_take_no_more_than_there_was(trading: Trading) -> None:
    partner = await trading.partner()
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = await trading.now() - timedelta(days=9)
    later = day + timedelta(days=2)

    early = await trading.report(partner, **refund(1, later, "5.01"))
    assert (early.state, early.conversion_id) == ("waiting", None)
    await trading.report(partner, **purchase(1, day, "20.00", member=claim.made_code))
    assert (await trading.member()).available == 150
    assert await trading.books(partner) == [
        ("issued", 200, 200_000_000, day),
        ("clawed_back", 50, -50_000_000, later),
    ]
    repeated = await trading.report(partner, **refund(1, later, "5.01"))
    assert (repeated.state, repeated.repeated) == ("applied", True)
    await trading.report(partner, **refund(1, later, "99.00", report_id="r-2"))

    one = await trading.conversion(partner, "#1")
    assert one is not None
    assert (one.state, one.reason, one.refunded_minor) == ("reversed", "REFUNDED", 2_000)
    assert (await trading.member()).available == 0
    assert sum(micros for _, _, micros, _ in await trading.books(partner)) == 0
    assert await trading.breaches() == {}


async def test_a_held_purchase_is_pending_until_its_time_and_then_booked_as_of_it(trading: Trading) -> None:
    partner = await trading.partner(hold_days=7)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    now = await trading.now()
    await trading.report(partner, **purchase(1, now - timedelta(days=6), "20.00", member=claim.made_code))
    await trading.report(partner, **purchase(2, now - timedelta(days=9), "7.00", member=claim.made_code))

    member = await trading.member()

    assert (member.available, member.pending) == (70, 200)
    assert await trading.books(partner) == [("issued", 70, 70_000_000, now - timedelta(days=2))]
    assert await trading.approve_due() == 0
    assert await trading.breaches() == {}


async def test_reports_that_cannot_be_credited_say_why(trading: Trading) -> None:
    partner = await trading.partner(report_days=30)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    now = await trading.now()
    day = now - timedelta(days=1)
    number = claim.made_code

    async def code(**said: object) -> str | None:
        return (await trading.report(partner, **{**purchase(1, day, member=number), **said})).code

    assert await code(report_id="a", occurred_at=(now - timedelta(days=31)).isoformat()) == "TOO_OLD"
    assert await code(report_id="b", occurred_at=(now + timedelta(minutes=6)).isoformat()) == "IN_THE_FUTURE"
    assert await code(report_id="c", occurred_at=(now - timedelta(days=301)).isoformat()) == "NO_AGREEMENT"
    assert await code(report_id="d", currency="EUR") == "CURRENCY_NOT_ACCEPTED"
    assert await code(report_id="e", member="0000-0000-0000-0001") == "MEMBER_UNKNOWN"
    assert await code(report_id="f", member=None, code="SUMMER10") == "NOT_ATTRIBUTED"
    assert await code(report_id="g", amount="1000000000000.00") == "AMOUNT_INVALID"
    assert await trading.books(partner) == []
    assert await trading.breaches() == {}
    # What was refused has had no effect: it is taken once nothing is in its way any more.
    assert await code(report_id="h", code="SUMMER10", click="unknown") is None


async def test_a_click_after_the_purchase_takes_nothing_from_the_one_that_led_to_it(trading: Trading) -> None:
    partner = await trading.partner()
    link = {"kind": "link", "url": "https://harbor.example/{click}"}
    small, big = [
        await trading.claim(await trading.offer(partner, {**link, "points": {"kind": "fixed", "points": points}}))
        for points in (10, 5_000)
    ]
    at = await trading.now() - timedelta(minutes=10)
    await trading.click(small, at - timedelta(minutes=1), "small")
    await trading.click(big, at + timedelta(minutes=4), "big")

    await trading.report(partner, **purchase(1, at, click="small"))

    one = await trading.conversion(partner, "#1")
    assert one is not None
    assert (one.claim_id, one.click_id, one.points) == (small.claim_id, "small", 10)
