"""The term that runs and what was paid for it, however pauses and periods part it."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.memberships.terms import MembershipTerm
from tests.support.memberships import MONTHLY, bought, fact, local, opened, period, standing, utc


def day(number: int) -> datetime:
    """Noon of a day, counted from January 1, 2026."""
    return utc("2026-01-01") + timedelta(days=number)


def shown(term: MembershipTerm | None) -> tuple[datetime, datetime, int, int]:
    assert term is not None
    return term.starts_at, term.ends_at, term.seconds // 86_400, term.paid_minor


def test_given_a_pause_then_the_term_began_before_it() -> None:
    facts = [bought(day(0)), fact("paused", day(9), until=None), fact("resumed", day(10))]
    assert shown(standing(facts, day(12)).term) == (day(0), day(31), 30, 900)
    assert shown(standing(facts[:2], day(12)).term) == (day(0), day(30), 30, 900)


def test_given_a_period_that_a_pause_parted_then_it_is_one_term() -> None:
    facts = [
        opened(day(0)), period(day(0), 1, day(0), day(30)), fact("paused", day(10), until=None),
        fact("resumed", day(15)),
    ]  # fmt: skip
    assert shown(standing(facts, day(20)).term) == (day(0), day(35), 30, 900)


def test_given_several_units_then_those_that_are_over_are_no_part_of_the_term() -> None:
    facts = [bought(day(0), 3)]
    assert shown(standing(facts, day(29)).term) == (day(0), day(90), 90, 2_700)
    assert shown(standing(facts, day(30)).term) == (day(30), day(90), 60, 1_800)
    assert shown(standing(facts, day(89)).term) == (day(60), day(90), 30, 900)
    paused = [*facts, fact("paused", day(40), until=day(50).isoformat())]
    assert shown(standing(paused, day(69)).term) == (day(30), day(100), 60, 1_800)
    assert shown(standing(paused, day(70)).term) == (day(70), day(100), 30, 900)


def test_given_months_then_each_of_them_is_a_term() -> None:
    found = standing([bought(local("2026-01-31"), 3)], local("2026-03-01"), MONTHLY)
    assert found.term is not None
    assert (found.term.starts_at, found.term.paid_minor) == (local("2026-02-28"), 1_800)


def test_given_a_pause_that_lasts_then_what_it_holds_is_the_term() -> None:
    """Found by a tester: while paused, nothing was said to be owed for a term that nobody had used."""
    facts = [bought(day(0), 2), fact("paused", day(9), until=None)]
    term = standing(facts, day(12)).term
    assert term is not None
    assert (term.starts_at, term.paid_minor, term.currency) == (day(0), 1_800, "USD")
