"""Streaks against a model that goes through time unit by unit and looks anew at every moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.game.counters import Counter
from engine.game.facts import STREAK_PAUSED, STREAK_REPAIRED, ZONE_CHOSEN, Game, GameFact, GameFacts, GameVersion
from engine.streaks.definitions import Milestone, StreakDefinition, TierFreezes
from engine.streaks.folding import fold_streaks
from engine.tiers.activities import Activity, Step
from tests.support.searching import examples
from tests.support.streak_model import as_known, calendar_of, first_of, look, milestones

ZONES = (
    "UTC",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Europe/Berlin",
    "Pacific/Apia",
)
BEGINNINGS = (
    datetime(2025, 12, 20, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC),
    datetime(2028, 2, 20, tzinfo=UTC), datetime(2011, 12, 24, tzinfo=UTC),
)  # fmt: skip
"""New Year, both changes of the clocks, a leap day, and the day that Samoa left out."""


@st.composite
def definitions(draw: st.DrawFn) -> StreakDefinition:
    return StreakDefinition(
        title="Visits",
        counter=Counter(metric="orders"),
        per_unit=Decimal(draw(st.integers(1, 2))),
        unit=draw(st.sampled_from(["day", "day", "week", "month"])),
        freezes_maximum=draw(st.integers(0, 2)),
        freeze_every=draw(st.none() | st.integers(1, 4)),
        freezes_by_tier=(TierFreezes(tier="gold", freezes=draw(st.integers(0, 2))),),
        quiet_units_per_year=draw(st.integers(0, 3)),
        milestones=(Milestone(length=2, points=5), Milestone(length=4, points=7)),
        plateau_every=draw(st.none() | st.integers(1, 3)),
        recurrence=draw(st.sampled_from(["once", "each_run"])),
    )


@st.composite
def histories(draw: st.DrawFn, definition: StreakDefinition) -> tuple[GameFacts, datetime]:
    kind = definition.unit
    start = draw(st.sampled_from(BEGINNINGS))
    span = {"day": 15, "week": 70, "month": 200}[kind] * 24
    hours = st.integers(0, span)
    activities = []
    for number, at in enumerate(draw(st.lists(hours, min_size=1, max_size=16))):
        steps = [Step(start + timedelta(hours=at + draw(st.sampled_from([0, 0, 0, 30]))), 100, 1, 1)]
        if draw(st.integers(0, 3)) == 0:
            steps.append(Step(steps[0].at + timedelta(hours=draw(hours)), 0, 0, 0))
        activities.append(Activity(1, "order", str(number), start + timedelta(hours=at), "USD", tuple(steps)))
    told: list[GameFact] = []
    for number, at in enumerate(draw(st.lists(hours, max_size=3))):
        moment = start + timedelta(hours=at, minutes=7)
        told.append(GameFact(ZONE_CHOSEN, 0, str(number), moment, {"zone": draw(st.sampled_from(ZONES))}))
    days = st.integers(0, span // 24)
    for number, at in enumerate(draw(st.lists(hours, max_size=2))):
        first = (start + timedelta(days=draw(days))).date()
        detail: dict[str, Any] = {
            "from": first.isoformat(),
            "to": (first + timedelta(days=draw(st.integers(0, 20)))).isoformat(),
        }
        told.append(GameFact(STREAK_PAUSED, 5, str(number), start + timedelta(hours=at), detail))
    for number, day in enumerate(draw(st.lists(days, max_size=3, unique=True))):
        unit = first_of(kind, (start + timedelta(days=day)).date())
        moment = start + timedelta(days=day, hours=draw(st.integers(20, 60)), minutes=3)
        told.append(GameFact(STREAK_REPAIRED, 5, str(number), moment, {"unit": unit.isoformat()}))
    tiers = ((start - timedelta(days=400), "gold"),) if draw(st.booleans()) else ()
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    versions = [GameVersion(1, datetime(2010, 1, 1, tzinfo=UTC), definition)]
    for number, later in enumerate(sorted(draw(st.lists(hours, max_size=2))), 2):
        edited = draw(definitions()).model_copy(update={"unit": kind})
        versions.append(GameVersion(number, start + timedelta(hours=later), edited))
    game = Game(5, "streak", "visits", tuple(versions))
    facts = GameFacts((game,), zone, start, tuple(activities), tuple(told), (), tiers)
    return facts, start + timedelta(hours=draw(st.integers(0, span + 100)))


@settings(max_examples=examples(300), deadline=None)
@given(st.data())
def test_any_history_is_what_the_model_says(data: st.DataObject) -> None:
    # given
    definition = data.draw(definitions())
    facts, now = data.draw(histories(definition))
    known = as_known(facts, now)
    calendar = calendar_of(definition.unit, known, now)
    # when
    fold = fold_streaks(facts, now)
    # then
    shuffled = replace(facts, activities=tuple(reversed(facts.activities)), facts=tuple(reversed(facts.facts)))
    assert fold_streaks(shuffled, now) == fold
    seen = look(known, calendar, now, now)
    (standing,) = fold.standings
    assert standing.length == (seen.lengths[-1] if seen.alive else 0)
    assert standing.best == max(seen.lengths)
    assert standing.freezes == (seen.freezes if seen.alive else 0)
    started = min((day for day, state in seen.states.items() if state == "done"), default=max(seen.states))
    assert standing.history == tuple((day, state) for day, state in seen.states.items() if day >= started)
    earned = {(one.level, one.occasion): (one.earned_at, one.revoked_at) for one in fold.earned}
    assert earned == milestones(known, calendar, now)


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_what_is_foretold_comes_true(data: st.DataObject) -> None:
    # given
    definition = data.draw(definitions())
    facts, now = data.draw(histories(definition))
    known = as_known(facts, now)
    (standing,) = fold_streaks(known, now).standings
    # then a streak breaks when it says so, if nothing is done until then
    if standing.ends_at is not None:
        before, after = (
            fold_streaks(known, standing.ends_at + span).standings[0]
            for span in (timedelta(microseconds=-1), timedelta(0))
        )
        assert (before.length, after.length) == (standing.length, 0)
    # and one that can be repaired goes on with what there was before
    if standing.repair == "open":
        mended = tuple(
            GameFact(STREAK_REPAIRED, 5, f"now-{day}", now, {"unit": f"{day}"}) for day in standing.repairable
        )
        (repaired,) = fold_streaks(replace(known, facts=known.facts + mended), now).standings
        assert repaired.length > standing.length
        assert standing.repairable_until is not None
        assert standing.repairable_until > now
