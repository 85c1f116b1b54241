"""Any history: whatever the order of arrival the state is one, and what only time decides is reviewed in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.memberships.facts import FactKind, MembershipFact
from engine.memberships.folding import MembershipStanding
from tests.support.memberships import bought, fact, failed, opened, period, standings, utc

DAYS = st.integers(0, 200)


def day(number: float) -> datetime:
    return utc("2026-01-01") + timedelta(days=number)


@st.composite
def purchases(draw: st.DrawFn) -> MembershipFact:
    """Some units, given back bit by bit."""
    at, units = draw(DAYS), draw(st.integers(1, 3))
    changes: list[tuple[datetime, int]] = []
    left, when = units, at
    for _ in range(draw(st.integers(0, 2))):
        left, when = draw(st.integers(0, left)), when + draw(st.integers(1, 60))
        changes.append((day(when), left))
    return bought(day(at), units, *changes)


@st.composite
def wishes(draw: st.DrawFn) -> MembershipFact:
    kind: FactKind = draw(
        st.sampled_from(["paused", "resumed", "cancel_scheduled", "cancel_withdrawn", "canceled", "granted"])
    )
    at = draw(DAYS)
    until = day(at + draw(st.integers(1, 40))).isoformat() if draw(st.booleans()) else None
    details: dict[str, dict[str, Any]] = {"paused": {"until": until}, "granted": {"days": draw(st.integers(1, 40))}}
    return fact(kind, day(at), **details.get(kind, {}))


@st.composite
def contracts(draw: st.DrawFn) -> list[MembershipFact]:
    """A contract of thirty days a cycle, some of them late or failed."""
    begun = draw(DAYS)
    facts = [opened(day(begun))]
    for cycle in range(1, draw(st.integers(1, 4)) + 1):
        start, late = begun + 30 * (cycle - 1), draw(st.integers(0, 10))
        if late:
            facts.append(failed(day(start), cycle))
        facts.append(period(day(start + late), cycle, day(start), day(start + 30)))
    if draw(st.booleans()):
        facts.append(
            fact("contract_ended", day(begun + draw(st.integers(1, 150))), contract_id=7_000, reason="canceled")
        )
    return facts


@st.composite
def histories(draw: st.DrawFn) -> list[MembershipFact]:
    facts = draw(st.lists(st.one_of(purchases(), wishes()), min_size=1, max_size=7))
    return facts + (draw(contracts()) if draw(st.booleans()) else [])


def at(facts: Sequence[MembershipFact], moment: datetime) -> MembershipStanding | None:
    return next(iter(standings(facts, moment)), None)


def shown(one: MembershipStanding | None) -> object:
    """All of a standing but when it is reviewed."""
    return None if one is None else (one.state, one.way, one.started_at, one.ends_at, one.entitled_until, one.months)


@settings(deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_given_any_order_of_arrival_then_one_state_at_every_moment(facts: list[MembershipFact], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for number in range(0, 400, 23):
        assert at(shuffled, day(number)) == at(facts, day(number))


@settings(deadline=None)
@given(histories())
def test_given_any_history_then_nothing_changes_before_the_moment_of_review(facts: list[MembershipFact]) -> None:
    known = [one for one in facts if one.occurred_at <= day(100)]
    moment = day(100)
    for _ in range(60):
        before = at(known, moment)
        if before is None or before.review_at is None:
            break
        assert before.review_at > moment
        last = before.review_at - timedelta(microseconds=1)
        assert shown(at(known, last)) == shown(before)
        moment = before.review_at


@settings(deadline=None)
@given(histories())
def test_given_any_history_then_state_and_entitlement_agree(facts: list[MembershipFact]) -> None:
    for number in range(0, 400, 13):
        one = at(facts, day(number))
        if one is None:
            continue
        if one.state in ("ended", "paused"):
            assert one.entitled_until <= day(number)
        elif one.state != "past_due":
            assert one.entitled_until > day(number)
        assert one.started_at <= day(number)
        assert list(one.months) == sorted(set(one.months))
        assert one.ends_at is None or one.ends_at >= one.started_at
        assert one.billed or one.renews_at is None


@settings(deadline=None)
@given(st.lists(purchases(), min_size=1, max_size=6))
def test_given_purchases_and_refunds_then_the_end_is_the_sum_from_each_beginning(facts: list[MembershipFact]) -> None:
    """The public rule, in its plainest form: end = max(end so far, bought at) + what is kept, never before a refund."""
    for number in range(0, 500, 11):
        assert _end(at(facts, day(number))) == plain_end(facts, day(number))


def _end(one: MembershipStanding | None) -> datetime | None:
    return None if one is None else one.ends_at


def plain_end(facts: Sequence[MembershipFact], now: datetime) -> datetime | None:
    """The same by going through every moment at which something happened, keeping what had been."""
    bought_by_now = sorted((one for one in facts if one.occurred_at <= now), key=lambda one: one.occurred_at)
    if not bought_by_now:
        return None
    steps = [(datetime.fromisoformat(at), one) for one in bought_by_now for at, *_ in one.detail["steps"]]
    ended: datetime | None = None
    for moment in sorted({moment for moment, _ in steps if moment <= now}):
        end = as_if(bought_by_now, moment)
        fresh = any(one.occurred_at == moment for one in bought_by_now)
        if ended is None or (fresh and end is not None and end > moment):
            ended = end if end is not None else moment
        elif end is None or end < ended:
            ended = min(ended, max(moment, end or moment))
    return ended


def as_if(facts: Sequence[MembershipFact], moment: datetime) -> datetime | None:
    """The end as if only what is kept at a moment had been bought."""
    end: datetime | None = None
    for one in facts:
        if one.occurred_at <= moment:
            kept = [units for at, units, *_ in one.detail["steps"] if datetime.fromisoformat(at) <= moment][-1]
            start = max(end or one.occurred_at, one.occurred_at)
            end = start + timedelta(days=30 * kept) if kept else end
    return end
