"""Generated tiers and orders: every kind of window and term, thresholds in cents, refunds within and after holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine.tiers.activities import Activity, Step
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.facts import TierFacts, TierVersion
from engine.tiers.periods import (
    Anniversary,
    Calendar,
    Lasts,
    Lifetime,
    NeverEnds,
    Rolling,
    UntilAnniversary,
    UntilCalendar,
)
from engine.tiers.requirements import AtLeast
from tests.support.tiers import EARLY, NEW_YORK, local

JOINED = local("2024-02-29 10:00")
units = st.sampled_from(["month", "quarter", "year"])
windows = st.one_of(
    st.just(Lifetime()),
    st.builds(Rolling, days=st.integers(1, 400)),
    st.builds(Rolling, months=st.integers(1, 13)),
    st.builds(Calendar, unit=units, start_month=st.integers(1, 12)),
    st.builds(Anniversary, months=st.integers(1, 13)),
)
terms = st.one_of(
    st.just(NeverEnds()),
    st.builds(Lasts, days=st.integers(1, 200)),
    st.builds(Lasts, months=st.integers(1, 13)),
    st.builds(UntilCalendar, unit=units, start_month=st.integers(1, 12), extra_periods=st.integers(0, 2)),
    st.builds(UntilAnniversary, months=st.integers(1, 12), extra_periods=st.integers(0, 2)),
)


def spent(amount: int) -> AtLeast:
    return AtLeast(metric="spend", amount=Decimal(amount) / 100, more_than=amount % 3 == 0)


@st.composite
def programs(draw: st.DrawFn) -> TierProgram:
    amounts = sorted(draw(st.sets(st.integers(1, 400), min_size=1, max_size=4)))
    other = st.none() | st.integers(1, 500).map(spent)
    tiers = [
        Tier(handle=f"t{rank}", name=f"T{rank}", enter=spent(amount), retain=draw(other), reenter=draw(other))
        for rank, amount in enumerate(amounts, 1)
    ]
    rules: dict[str, Any] = {
        "window": draw(windows), "term": draw(terms), "grace_days": draw(st.sampled_from([0, 0, 1, 20])),
        "downgrade": draw(st.sampled_from(["one_down", "recompute", "to_base"])),
        "soft_landing": draw(st.booleans()), "hold_days": draw(st.sampled_from([0, 1, 14, 30])),
    }  # fmt: skip
    return TierProgram(currency="USD", tiers=(Tier(handle="t0", name="T0"), *tiers), **rules)


# Not in the hour that the clocks repeat, in which a time of day names two moments.
moments = st.builds(
    lambda day, minute: JOINED + timedelta(days=day, minutes=minute), st.integers(0, 420), st.integers(0, 600)
)


@st.composite
def orders(draw: st.DrawFn) -> list[Activity]:
    found = []
    for number, at in enumerate(draw(st.lists(moments, max_size=12))):
        left = draw(st.integers(1, 250))
        steps = [Step(at, left)]
        for days in draw(st.lists(st.integers(0, 60), max_size=2)):
            left -= draw(st.integers(0, left))
            steps.append(Step(steps[-1].at + timedelta(days=days, minutes=1), left))
        found.append(Activity(1, "order", str(number), at, "USD", tuple(steps)))
    return found


def facts_of(program: TierProgram, activities: list[Activity]) -> TierFacts:
    return TierFacts((TierVersion(1, EARLY, program),), NEW_YORK, JOINED, tuple(activities))
