"""The cycles that statements are made for: days, weeks from Monday, months or quarters of the agreement's own zone.

Pure. A version of an agreement that changes the calendar or the currency ends a cycle: what is begun is billed as it
began. A first cycle begins with the agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.partners.caps import first_day
from engine.partners.definitions import AgreementDefinition, CycleKind
from engine.partners.facts import Agreement, timeline
from engine.rules.days import LAST_MOMENT, local_day, next_period, start_of_day, zone_of


@dataclass(frozen=True, slots=True)
class Cycle:
    """A half-open span of time: `ends_at` is the first instant of the next one."""

    starts_at: datetime
    ends_at: datetime


def cycle_of(agreements: Sequence[Agreement], at: datetime) -> Cycle:
    """The cycle that a moment falls in, of all versions of a partner's agreement (at least one).

    A moment before the first version counts as that version's beginning.
    """
    runs = _runs(agreements)
    index = max((number for number, run in enumerate(runs) if run.effective_from <= at), default=0)
    run = runs[index]
    natural = _natural(run.definition, max(at, run.effective_from))
    starts_at = max(natural.starts_at, run.effective_from)
    later = runs[index + 1].effective_from if index + 1 < len(runs) else LAST_MOMENT
    return Cycle(starts_at, min(natural.ends_at, later))


def beginning_of(agreements: Sequence[Agreement], definition: AgreementDefinition, wished: datetime) -> datetime:
    """When a further version can begin that is wished for from a moment on: then, or with the next cycle.

    The next cycle is waited for where the version changes what the cycle of that moment is billed by.
    """
    cycle = cycle_of(agreements, wished)
    runs = [run for run in _runs(agreements) if run.effective_from <= wished]
    if not runs or billed_by(runs[-1].definition) == billed_by(definition) or cycle.starts_at == wished:
        return wished
    return cycle.ends_at


def billed_by(definition: AgreementDefinition) -> tuple[str, str, CycleKind]:
    """What a cycle has one of: its currency and its calendar."""
    return definition.currency, definition.time_zone, definition.cycle


def _runs(agreements: Sequence[Agreement]) -> list[Agreement]:
    """The versions with which another calendar or currency begins, in order."""
    runs: list[Agreement] = []
    for agreement in timeline(agreements):
        if not runs or billed_by(runs[-1].definition) != billed_by(agreement.definition):
            runs.append(agreement)
    return runs


def _natural(definition: AgreementDefinition, at: datetime) -> Cycle:
    zone = zone_of(definition.time_zone)
    first = first_day(definition.cycle, local_day(at, zone))
    return Cycle(start_of_day(first, zone), start_of_day(_following(definition.cycle, first), zone))


def _following(kind: CycleKind, first: date) -> date:
    match kind:
        case "day":
            return first + timedelta(days=1)
        case "week":
            return first + timedelta(days=7)
        case "month":
            return next_period(first, 1)
        case "quarter":
            return next_period(first, 3)
