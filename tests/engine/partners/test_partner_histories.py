"""Random histories: caps, prepaid money and the books always say the same, whatever came and was refused."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.database import tenant_transaction
from engine.partners.adjusting import adjust
from engine.partners.caps import Counting, first_day, period_keys
from engine.partners.definitions import CapKind, CycleKind
from engine.partners.events import NewEvent
from engine.partners.kinds import LIMITED, POINTS_RULES, EventKind, micros_for
from engine.partners.limits import CapReached, PartnerLimit, PrepaidUsedUp
from engine.partners.prepaid import PREPAID_MICROS_MAXIMUM, Prepaid
from engine.partners.refusals import PartnerRefused
from engine.partners.signing_store import sign_events, sign_everything
from tests.support.partners import Partnering, agreement, happening, token

START = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.integers(0, PREPAID_MICROS_MAXIMUM), st.lists(st.tuples(st.integers(-(10**18), 10**18), st.booleans())))
def test_prepaid_money_is_neither_made_nor_lost(start: int, amounts: list[tuple[int, bool]]) -> None:
    prepaid = Prepaid(start)
    for micros, limited in amounts:
        before = prepaid.micros_left
        try:
            covered = prepaid.cover(micros, limited=limited)
        except PrepaidUsedUp:
            assert limited
            assert micros > before == prepaid.micros_left
            continue
        assert prepaid.micros_left == before - covered
        assert 0 <= prepaid.micros_left <= PREPAID_MICROS_MAXIMUM
        assert min(0, micros) <= covered <= max(0, micros)
        # It covers all, or all that is there, or as much as there is room for.
        assert covered == micros or prepaid.micros_left in (0, PREPAID_MICROS_MAXIMUM)
    assert start - prepaid.micros_left == prepaid.taken


@given(
    st.lists(st.tuples(st.sampled_from(["issued", "redeemed"]), st.integers(-50, 100), st.integers(0, 24 * 100))),
    st.sets(
        st.tuples(
            st.sampled_from(["issued", "redeemed"]), st.sampled_from(["day", "week", "month", "quarter"]),
            st.integers(1, 300),
        ),
        max_size=4,
    ),
)  # fmt: skip
def test_caps_hold_in_every_period_as_counted_anew_from_all_that_was_taken(
    history: list[tuple[CapKind, int, int]], caps: set[tuple[CapKind, CycleKind, int]]
) -> None:
    named = {(kind, period): points for kind, period, points in sorted(caps)}
    agreed = agreement(
        caps=[{"kind": kind, "period": period, "points": most} for (kind, period), most in named.items()]
    )
    counting, taken = Counting({}), list[tuple[CapKind, int, datetime]]()
    for kind, points, hours in history:
        at = START + timedelta(hours=hours)
        keys = period_keys(agreed, at)
        earlier = [(points, period_keys(agreed, moment)) for of, points, moment in taken if of == kind]
        sums = {span: sum(points for points, known in earlier if known[span] == keys[span]) for span in keys}
        room = min((most - sums[span] for (of, span), most in named.items() if of == kind), default=None)
        if room is not None and points > 0 and max(0, room) < points:
            with pytest.raises(CapReached, match=f"has room for {max(0, room)}$"):
                counting.count(agreed, kind, points, at, limited=True)
            continue
        counting.count(agreed, kind, points, at, limited=points > 0)
        taken.append((kind, points, at))
    assert counting.added == counting.points


def test_a_cap_has_room_for_exactly_what_it_says() -> None:
    agreed = agreement(caps=[{"kind": "issued", "period": "day", "points": 100}])
    counting = Counting({})
    with pytest.raises(CapReached, match=r"has room for 100$"):
        counting.count(agreed, "issued", 101, START, limited=True)
    counting.count(agreed, "issued", 100, START, limited=True)
    assert counting.room(agreed, "issued", START) == ("day", 0)
    assert counting.room(agreed, "redeemed", START) is None
    counting.count(agreed, "issued", -1, START, limited=False)
    counting.count(agreed, "issued", 1, START, limited=True)
    assert set(counting.added.values()) == {100}


@pytest.mark.parametrize("kind", ["day", "week", "month", "quarter"])
@given(st.dates(min_value=datetime(1970, 1, 5).date(), max_value=datetime(9000, 1, 1).date()))  # noqa: DTZ001
def test_a_period_begins_with_a_first_day_that_is_its_own_first(kind: CycleKind, day: object) -> None:
    first = first_day(kind, day)  # type: ignore[arg-type]
    assert first <= day  # type: ignore[operator]
    assert first_day(kind, first) == first
    assert first_day(kind, first - timedelta(days=1)) < first


@pytest.mark.anyio
async def test_after_any_history_the_books_are_what_was_taken_and_the_audit_finds_nothing(
    partnering: Partnering,
) -> None:
    # Given a partner that pays beforehand, capped, and 40 random events of all kinds, many sent twice
    chance = random.Random(6)
    caps = [{"kind": "issued", "period": "week", "points": 150}, {"kind": "redeemed", "period": "month", "points": 90}]
    partner = await partnering.meet(billing="prepaid", caps=caps, buy_rate="0.00012345", redeem_rate="0.0001")
    agreed = await partnering.agreed(partner)
    await partnering.pay_beforehand(partner, 1)
    kinds: list[EventKind] = [*POINTS_RULES, "payment", "payment_reversed", "adjusted"]
    taken: dict[str, NewEvent] = {}
    refused: Counter[str] = Counter()
    for number in range(40):
        kind, points = chance.choice(kinds), chance.randrange(120)
        at = START + timedelta(hours=chance.randrange(24 * 60))
        micros = None if kind in POINTS_RULES else chance.randrange(-500_000, 900_000)
        event = happening(agreed, kind, f"{number}", points if micros is None else 0, micros, at, member_id=number)
        for _ in range(chance.choice([1, 2])):
            try:
                await partnering.record(agreed, event)
            except PartnerLimit as limit:
                assert kind in LIMITED
                refused[limit.code] += 1
            else:
                taken[event.effect] = event
    # Then the books hold what was taken, and nothing that was refused
    rows = await partnering.rows("SELECT effect, kind, points, micros FROM partner_events ORDER BY event_id")
    assert [row[0] for row in rows] == list(taken)
    assert {row[0]: row[1:] for row in rows} == {
        effect: (event.kind, event.points, event.micros) for effect, event in taken.items()
    }
    assert all(
        event.micros == micros_for(event.kind, event.points, agreed.definition)
        for event in taken.values()
        if event.kind in POINTS_RULES
    )
    assert min(refused["CAP_REACHED"], refused["PREPAID_USED_UP"]) > 0
    assert await partnering.breaches() == {}


@pytest.mark.anyio
async def test_whatever_happens_at_once_waits_its_turn_and_the_books_stay_exact(partnering: Partnering) -> None:
    # Given a partner with money paid beforehand and a cap, and everything that touches its row at the same time
    caps = [{"kind": "issued", "period": "day", "points": 600}]
    partner = await partnering.meet(billing="prepaid", caps=caps)
    agreed, program, number = await partnering.agreed(partner), partnering.program_id, partner.partner_id
    await partnering.pay_beforehand(partner, 1_000)

    async def happen(index: int) -> str:
        kind = ("event", "event", "event", "sign", "adjust", "agree", "pay")[index % 7]
        try:
            if kind == "event":
                event = happening(agreed, ("issued", "redeemed", "clawed_back")[index % 3], f"{index % 40}", 30)
                await partnering.record(agreed, event)
            elif kind == "pay":
                await partnering.pay_beforehand(partner, 50, f"wire {index}")
            elif kind == "agree":
                await partnering.agree(partner, billing="prepaid", hold_days=index, caps=caps)
            else:
                async with tenant_transaction(partnering.engine, program) as connection:
                    if kind == "sign":
                        await sign_events(connection, program, number, token)
                    else:
                        await adjust(
                            connection, program, number, amount_minor=5, reason="Because", actor="staff:1",
                            idempotency_key=f"{index}",
                        )  # fmt: skip
        except (PartnerLimit, PartnerRefused) as refused:
            return refused.code
        return "done"

    # When it all happens
    answers = Counter(await asyncio.gather(*(happen(index) for index in range(105))))
    # Then each was done or told why not, nothing waited in a circle, and the audit finds nothing
    assert set(answers) <= {"done", "CAP_REACHED", "PREPAID_USED_UP", "VERSION_CONFLICT"}
    assert answers["done"] > 60
    async with tenant_transaction(partnering.engine, program) as connection:
        await sign_everything(connection, program, number, token)
    assert await partnering.breaches() == {}
