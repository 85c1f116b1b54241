"""A member's tier as a pure function of facts and a moment. The rules, exactly:

**What counts.** An activity belongs to the day, in the program's zone, on which it happened; what it is worth changes
later, from the moment of a refund on. Only what was done counts, never a balance: spending points costs no tier. A
rolling window of 365 days is today and the 364 days before; one of 12 months counts a day until the same day 12 months
later (the month's last one where it has no such day), that day not included. Calendar and anniversary windows are whole
periods of days; anniversaries are reckoned from the day of joining, so a 29 February comes back in leap years.

**Up at once.** Whenever something comes to count, or the tiers change, the member rises to the highest tier whose
`enter` is met (`reenter` for a tier that they lost at the end of a term before). Each tier on the way is entered: each
gives its entry points, on the same moment, once for good or each time (`entry_rewards`). A rise begins a new term.

**Down only when a term is over** (`valid_until`: the first moment after it), judged by `retain` on the window as it was
at the last instant of the term. A calendar term is the rest of the running period and `extra_periods` more; one in days
or months ends at the same time of day; the lowest tier has no term, and a term that never ends never falls. If `retain`
is met the tier is renewed: a new term, `since` as before, no entry points. A renewed calendar term counts as earned in
the last period of the old one: one period, or `extra_periods` where these are more. Terms in months are reckoned from
the first one's beginning. If it is not met, the member falls: `one_down`, `to_base`, or `recompute` to the highest
lower tier whose `enter` (or `reenter`) is met at that instant; with `soft_landing` never by more than one step. The
lower tier begins a term of its own then, as long as a renewed one.

**Grace.** With `grace_days` benefits stay that long after the term, at risk. Whenever something comes to count and
`retain` is met on the window of that moment, the tier is renewed from the old term's end. Else the member falls when
grace ends; `recompute` then takes the better of the two instants, the term's end and the grace's.

**Refunds.** One that happens up to `hold_days` days after a rise undoes it: whether a tier is reached at a moment is
decided as if what is refunded within the hold had never been there, so the rise, its entry points and its term are gone
or happen with a later order. After the hold, `keep` leaves the tier until its term ends. `recompute` judges at once
what the running term was earned by, without all that was refunded since; where that falls short, the member falls to
the tier that they would have if it had never been (its points for entering stay). A refund within the hold of a renewal
is one after the hold.

**Changed tiers.** A version begins with its `effective_from`. Where it asks for other things than the one before, rises
are looked at then; one that changes names, colors or perks moves nobody. A tier keeps its members by its handle.
`when_changed` decides about those whose running term the new version would not have given them and who do not reach the
tier now: `keep` to the end of the term, or `recompute` at once. Ends that were promised stay; terms that never ended
get an end from then on. A tier that is left out is archived: its members go to the highest tier that they reach, with
`keep` not below the highest one left of those under it.

**By hand.** An override is the tier while it lasts, higher or lower; of several the last one given. Below it everything
goes on: what is earned counts, gives entry points, and is the tier again when the override ends.

The first tier begins with joining, with the first activity where that is earlier, but never before the first version.
"""

from __future__ import annotations

from datetime import date, datetime

from engine.rules.days import start_of_day
from engine.tiers.calendars import drops_on
from engine.tiers.climbing import Climb
from engine.tiers.facts import Override, TierFacts, TierVersion
from engine.tiers.metrics import Metrics
from engine.tiers.overriding import override_at, shown_changes
from engine.tiers.standing import Entry, TierChange, TierStanding

__all__ = ["Entry", "Override", "TierChange", "TierFacts", "TierStanding", "TierVersion", "climb_to", "fold"]


def fold(facts: TierFacts, now: datetime) -> TierStanding | None:
    """The standing that follows from what happened up to and including a moment; None before there are any tiers."""
    climb = climb_to(facts, now, now)
    begins_at = facts.begins_at
    if climb is None or begins_at is None:
        return None
    place, program = climb.place, climb.frame.program
    override = override_at(facts, now, now)
    changes = shown_changes(facts, climb.changes, climb.first_tier, begins_at, now)
    metrics = Metrics(*climb.frame.actual.counts)
    at_risk = place.grace_until is not None and override is None
    return TierStanding(
        version=climb.frame.version,
        tier=program.tiers[program.ranks[override.tier] if override else place.rank],
        since=changes[-1].at if changes else begins_at,
        term_from=override.starts_at if override else place.term_from,
        valid_until=override.end(now) if override else place.valid_until,
        at_risk=at_risk,
        grace_until=place.grace_until if at_risk else None,
        metrics=metrics,
        entries=tuple(climb.entries),
        changes=changes,
        overridden=override,
        review_at=_review_at(facts, climb, now),
    )


def climb_to(facts: TierFacts, known: datetime, until: datetime) -> Climb | None:
    """The member's way up to a moment by what was known at another, earlier one; None while there are no tiers."""
    begins_at = facts.begins_at
    if begins_at is None or begins_at > known:
        return None
    climb = Climb(facts, begins_at, known)
    climb.go(until)
    return climb


def _review_at(facts: TierFacts, climb: Climb, now: datetime) -> datetime | None:
    """The next moment at which time alone changes the standing."""
    moments = [climb.due, climb.next_version_at, _next_drop(facts, climb)]
    for override in facts.overrides:
        # A withdrawal may be newer than this moment: whoever waited for a lock is behind it.
        moments += [override.starts_at, override.ends_at, override.withdrawn_at]
    for activity in facts.activities:
        moments += [max(step.at, activity.occurred_at) for step in activity.steps]
    return min((at for at in (*moments, *facts.months) if at is not None and at > now), default=None)


def _next_drop(facts: TierFacts, climb: Climb) -> datetime | None:
    """When the first day that still counts no longer does."""
    oldest = climb.frame.actual.oldest_day
    if oldest is None:
        return None
    drop = drops_on(climb.frame.program.window, date.fromordinal(oldest), climb.frame.joined)
    return None if drop >= _NEVER else start_of_day(drop, facts.zone)


_NEVER = date(9_990, 1, 1)
