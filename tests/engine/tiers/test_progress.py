"""What lies ahead: what is missing, what it takes to stay, what drops out when, and where a member ends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.facts import Override, TierFacts
from engine.tiers.metrics import Metrics, Missing
from engine.tiers.periods import Calendar, Lasts, Rolling, UntilCalendar
from engine.tiers.progress import Progress, progress
from engine.tiers.requirements import AllOf, AnyOf
from tests.support.tiers import SILVER_GOLD, history, ladder, least, local, order, standing


def ahead(facts: TierFacts, at: str) -> Progress:
    return progress(facts, standing(facts, at), local(at))


def spend(target: str, value: str, missing: str) -> Missing:
    return Missing("spend", Decimal(target), Decimal(value), Decimal(missing))


def test_what_is_missing_for_the_next_tier_is_said_in_money() -> None:
    found = ahead(history(ladder(*SILVER_GOLD), order(1, "2026-02-01", "620.50")), "2026-02-02")
    assert found.next is not None
    assert (found.next.tier.handle, found.next.missing) == ("gold", (spend("2000", "620.50", "1379.50"),))
    assert (found.stay, found.projected) == ((), None)
    top = ahead(history(ladder(*SILVER_GOLD), order(1, "2026-02-01", "2000")), "2026-02-02")
    assert top.next is None


def test_of_more_than_an_amount_the_cent_above_it_is_missing() -> None:
    vip = Tier(handle="vip", name="VIP", enter=least(100, more_than=True))
    program = TierProgram(currency="JPY", tiers=(Tier(handle="base", name="Base"), vip))
    found = ahead(history(program), "2026-02-01")
    assert found.next is not None
    assert found.next.missing == (spend("100", "0", "101"),)


def test_of_alternatives_the_nearest_is_told_and_of_all_parts_each() -> None:
    enter = AnyOf(requirements=(least(1_000), AllOf(requirements=(least(4, "orders"), least(100)))))
    program = TierProgram(
        currency="USD", tiers=(Tier(handle="base", name="Base"), Tier(handle="vip", name="VIP", enter=enter))
    )
    facts = history(program, *(order(number, "2026-02-01", "50") for number in range(3)))
    found = ahead(facts, "2026-02-01")
    assert found.next is not None
    assert found.next.missing == (Missing("orders", Decimal(4), Decimal(3), Decimal(1)), spend("100", "150", "0"))


def test_who_lost_a_tier_is_told_what_it_takes_to_come_back() -> None:
    silver = Tier(handle="silver", name="Silver", enter=least(500), reenter=least(800))
    program = TierProgram(
        currency="USD", tiers=(Tier(handle="base", name="Base"), silver), window=Calendar(), term=UntilCalendar()
    )
    facts = history(program, order(1, "2024-05-01", "500"))
    assert [found.next.missing for day in ("2024-04-01", "2026-01-02") if (found := ahead(facts, day)).next] == [
        (spend("500", "0", "500"),), (spend("800", "0", "800"),),
    ]  # fmt: skip


def test_what_it_takes_to_stay_counts_only_what_will_count_at_the_end() -> None:
    """With a tier that lasts through next year, what is spent this year does not help to stay after it."""
    program = ladder(*SILVER_GOLD, window=Calendar(), term=UntilCalendar(extra_periods=1))
    facts = history(program, order(1, "2025-06-01", "800"), order(2, "2026-02-01", "120"))
    assert ahead(facts, "2025-07-01").stay == (spend("500", "0", "500"),)
    assert ahead(facts, "2026-02-01").stay == (spend("500", "120", "380"),)


def test_the_projection_names_the_tier_the_day_and_what_drops_out() -> None:
    program = ladder(*SILVER_GOLD, window=Rolling(days=100), term=Lasts(days=120))
    facts = history(
        program, order(1, "2026-01-01", "1500"), order(2, "2026-01-10", "500"), order(3, "2026-03-01", "600")
    )
    found = ahead(facts, "2026-03-02").projected
    assert found is not None
    # gold since 10 January, to 10 May at noon (the clocks change in between): 600 are left then, enough for silver
    assert (found.tier.handle, found.at) == ("silver", local("2026-05-10"))
    assert found.dropping == (
        (date(2026, 4, 11), Metrics(spend_minor=1500_00, orders=1)),
        (date(2026, 4, 20), Metrics(spend_minor=500_00, orders=1)),
    )


def test_the_projection_waits_for_the_end_of_grace() -> None:
    program = ladder(*SILVER_GOLD, window=Calendar(), term=UntilCalendar(extra_periods=1), grace_days=30)
    facts = history(program, order(1, "2025-06-01", "800"))
    for day in ("2026-05-01", "2027-01-05"):
        found = ahead(facts, day).projected
        assert found is not None
        assert (found.tier.handle, found.at, found.dropping) == ("base", local("2027-01-31 00:00"), ())
    assert ahead(facts, "2027-01-05").stay == (spend("500", "0", "500"),)


def test_a_member_who_will_stay_is_projected_to_stay() -> None:
    program = ladder(*SILVER_GOLD, window=Calendar(), term=UntilCalendar())
    found = ahead(history(program, order(1, "2026-06-01", "800")), "2026-07-01")
    assert found.projected is not None
    assert (found.projected.tier.handle, found.projected.at) == ("silver", local("2027-01-01 00:00"))
    assert found.stay == (spend("500", "800", "0"),)


def test_under_an_override_the_projection_is_what_is_earned_when_it_ends() -> None:
    override = Override(1, "gold", local("2026-02-01"), local("2026-03-01"), "a friend", "staff")
    facts = history(ladder(*SILVER_GOLD), order(1, "2026-01-10", "600"), overrides=(override,))
    found = ahead(facts, "2026-02-10")
    assert found.projected is not None
    assert (found.projected.tier.handle, found.projected.at, found.stay) == ("silver", local("2026-03-01"), ())
