"""The books of a partner: each effect once, priced by its agreement, within caps and what was paid beforehand."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.database import tenant_transaction
from engine.money import MoneyError
from engine.partners.events import NewEvent, record_events
from engine.partners.limits import CapReached, PrepaidUsedUp
from tests.support.partners import MONTHS_AGO, Partnering, agreement, happening, later

pytestmark = pytest.mark.anyio


async def test_an_event_is_written_once_with_the_text_that_is_hashed(partnering: Partnering) -> None:
    # Given a partner, and points issued for an order of it
    partner = await partnering.meet()
    agreed = await partnering.agreed(partner)
    at = datetime(2026, 10, 9, 12, 30, 15, 250_000, tzinfo=UTC)
    event = happening(
        agreed, "issued", "conversion 1/0", 150, at=at, member_id=7, offer_id=5, offer_handle="earn-there",
        conversion_id=1, reference="Ä-1",
    )  # fmt: skip
    # When it is recorded twice, and once more beside another one
    (first,) = await partnering.record(agreed, event)
    (again,) = await partnering.record(agreed, event)
    other = happening(agreed, "clawed_back", "conversion 1/1", 50, corrects=first)
    both = await partnering.record(agreed, event, other, other)
    # Then there are two events, with one id for each effect
    assert again == first
    assert both == (first, both[1], both[1])
    rows = await partnering.rows("SELECT payload, leaf_hash, micros FROM partner_events ORDER BY event_id")
    assert [row[2] for row in rows] == [150_000_000, -50_000_000]
    # And the text says all, and names the member by nothing but a pseudonym
    subject = orjson.loads(rows[0][0])["subject"]
    assert rows[0][0] == (
        f'{{"agreement":1,"corrects":null,"currency":"USD","id":"{first}","kind":"issued","micros":"150000000",'
        '"occurred_at":"2026-10-09T12:30:15.250000Z","offer":"earn-there","partner":"harbor-coffee","points":150,'
        f'"reference":"Ä-1","subject":"{subject}"}}'
    )
    assert len(subject) == 32
    assert bytes(rows[0][1]) == hashlib.sha256(b"\x00" + rows[0][0].encode()).digest()
    # And a correction names what it corrects
    assert orjson.loads(rows[1][0])["corrects"] == str(first)
    assert await partnering.breaches() == {}


async def test_the_app_can_neither_change_nor_remove_an_event(partnering: Partnering) -> None:
    agreed = await partnering.agreed(await partnering.meet())
    await partnering.record(agreed, happening(agreed, "issued", "1", 5))
    for statement in ("UPDATE partner_events SET points = 6", "DELETE FROM partner_events"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with tenant_transaction(partnering.engine, partnering.program_id) as connection:
                await connection.execute(text(statement))


async def test_two_partners_know_a_member_by_different_names_and_one_partner_always_by_the_same(
    partnering: Partnering,
) -> None:
    subjects = []
    for handle in ("harbor-coffee", "tea-house"):
        agreed = await partnering.agreed(await partnering.meet(handle))
        await partnering.record(agreed, *(happening(agreed, "issued", str(n), 5, member_id=7) for n in range(2)))
    for (payload,) in await partnering.rows("SELECT payload FROM partner_events ORDER BY event_id"):
        subjects.append(orjson.loads(payload)["subject"])
    assert subjects[0] == subjects[1] != subjects[2] == subjects[3]


async def test_a_cap_refuses_what_it_has_no_room_for_and_the_transaction_goes_on(partnering: Partnering) -> None:
    # Given a cap of 100 points redeemed in a week
    partner = await partnering.meet(caps=[{"kind": "redeemed", "period": "week", "points": 100}])
    agreed = await partnering.agreed(partner)
    monday = datetime(2026, 10, 5, 4, tzinfo=UTC)
    await partnering.record(agreed, happening(agreed, "redeemed", "claim 1", 60, at=monday))
    async with tenant_transaction(partnering.engine, partnering.program_id) as connection:
        # When more is redeemed in the same week than is left of it
        with pytest.raises(CapReached) as refused:
            await record_events(
                connection, partnering.program_id, [
                    happening(agreed, "redeemed", "claim 2", 10, at=monday),
                    happening(agreed, "exchanged", "claim 3", 31, at=monday + timedelta(days=6)),
                ], agreement=agreed,
            )  # fmt: skip
        # Then nothing of the call is written, and the rest of the transaction stands
        assert (refused.value.code, refused.value.points_left) == ("CAP_REACHED", 30)
        await record_events(
            connection, partnering.program_id, [happening(agreed, "exchanged", "claim 4", 40, at=monday)],
            agreement=agreed,
        )  # fmt: skip
    assert await partnering.rows("SELECT DISTINCT kind, points FROM partner_period_points") == [("redeemed", 100)]
    # And what is taken back makes room, the week after is another one, and points issued are not capped
    await partnering.record(agreed, happening(agreed, "redemption_reversed", "claim 1 void", 60, at=monday))
    await partnering.record(agreed, happening(agreed, "redeemed", "claim 5", 60, at=monday))
    await partnering.record(agreed, happening(agreed, "redeemed", "claim 6", 100, at=monday + timedelta(days=7)))
    await partnering.record(agreed, happening(agreed, "issued", "1", 1_000, at=monday))
    effects = await partnering.rows("SELECT effect FROM partner_events ORDER BY event_id")
    assert [effect for (effect,) in effects] == [
        "claim 1", "claim 4", "claim 1 void", "claim 5", "claim 6", "1",
    ]  # fmt: skip
    assert await partnering.breaches() == {}


async def test_fifty_at_once_take_exactly_what_a_cap_and_prepaid_money_leave(partnering: Partnering) -> None:
    # Given room for 7 of 50 by what was paid beforehand, and for 20 by a cap
    partner = await partnering.meet(billing="prepaid", caps=[{"kind": "issued", "period": "day", "points": 20 * 30}])
    agreed = await partnering.agreed(partner)
    assert await partnering.pay_beforehand(partner, 7 * 30 + 29)

    async def issue(number: int) -> bool:
        try:
            await partnering.record(agreed, happening(agreed, "issued", f"{number}", 30))
        except PrepaidUsedUp as refused:
            return refused.code != "PREPAID_USED_UP"
        return True

    # When 50 conversions of 30 points come at once, each twice
    answers = await asyncio.gather(*(issue(number % 50) for number in range(100)))
    # Then 7 of them are in the books, once each, and 29 cents are left
    assert sum(answers) == 14
    assert await partnering.rows("SELECT count(*), sum(prepaid_micros) FROM partner_events") == [(7, 210_000_000)]
    assert (await partnering.partner(partner)).prepaid_micros == 29_000_000
    assert await partnering.breaches() == {}


async def test_what_must_go_through_takes_what_is_there_of_prepaid_money(partnering: Partnering) -> None:
    # Given a partner that paid 1.00 beforehand
    partner = await partnering.meet(billing="prepaid")
    agreed = await partnering.agreed(partner)
    await partnering.pay_beforehand(partner, 100)
    # When 50 points are redeemed (the program owes 0.40), taken back, and 2.00 are charged by hand
    await partnering.record(
        agreed,
        happening(agreed, "redeemed", "claim 1", 50),
        happening(agreed, "redemption_reversed", "claim 1 void", 50),
        happening(agreed, "adjusted", "by hand", micros=200_000_000),
        happening(agreed, "payment", "in euros", micros=5_000_000, currency="EUR"),
    )
    # Then the charge takes the one dollar that is there, and a payment in another currency takes nothing
    taken = await partnering.rows("SELECT micros, prepaid_micros FROM partner_events ORDER BY event_id")
    assert taken == [
        (-40_000_000, -40_000_000), (40_000_000, 40_000_000), (200_000_000, 100_000_000), (5_000_000, 0),
    ]  # fmt: skip
    assert (await partnering.partner(partner)).prepaid_micros == 0
    # And something new is refused now, while nothing can be given back that is not there
    with pytest.raises(PrepaidUsedUp):
        await partnering.record(agreed, happening(agreed, "issued", "1", 1))
    assert not await partnering.pay_beforehand(partner, -1, "wire 2")
    assert await partnering.breaches() == {}


async def test_an_event_that_no_caller_may_write_is_refused(partnering: Partnering) -> None:
    partner = await partnering.meet()
    agreed = await partnering.agreed(partner)
    good: dict[str, Any] = {
        "partner_id": partner.partner_id, "agreement_version": 1, "kind": "issued", "effect": "1", "points": 5,
        "micros": 5_000_000, "currency": "USD", "occurred_at": MONTHS_AGO,
    }  # fmt: skip
    bad: list[dict[str, Any]] = [
        {"agreement_version": 2}, {"partner_id": partner.partner_id + 1}, {"micros": 5_000_001}, {"micros": -5_000_000},
        {"points": -5, "micros": -5_000_000}, {"currency": "EUR"}, {"currency": "???"}, {"effect": ""},
        {"kind": "payment"}, {"reference": "x" * 201}, {"occurred_at": datetime(2026, 10, 1)},  # noqa: DTZ001
        {"kind": "payment", "points": 0, "micros": 10**18 + 1},
    ]  # fmt: skip
    for changes in bad:
        with pytest.raises((ValueError, MoneyError)):
            await partnering.record(agreed, NewEvent(**{**good, **changes}))
    stranger = later(agreed, partner_id=partner.partner_id + 1)
    with pytest.raises(LookupError):
        await partnering.record(stranger, NewEvent(**{**good, "partner_id": partner.partner_id + 1}))
    assert await partnering.rows("SELECT count(*) FROM partner_events") == [(0,)]
    assert agreement() == agreed.definition
