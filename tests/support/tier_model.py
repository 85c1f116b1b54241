"""Tiers worked out the slow way: everything anew at every moment, from the rules as people say them.

It knows spend alone, one version and no overrides. Nothing in it is taken from the engine but the definition's data.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.tiers.activities import Activity
from engine.tiers.definitions import Tier, TierProgram
from engine.tiers.periods import Anniversary, Calendar, Lasts, Rolling, UntilAnniversary, UntilCalendar
from engine.tiers.requirements import AtLeast

MONTHS = {"month": 1, "quarter": 3, "year": 12}
INSTANT = timedelta(microseconds=1)


def months_on(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_number(day: date, months: int, start_month: int) -> int:
    return (day.year * 12 + day.month - start_month) // months


@dataclass
class SlowMember:
    """One member of a program in a zone, and the tier that the slow way finds."""

    program: TierProgram
    zone: ZoneInfo
    joined_at: datetime
    activities: Sequence[Activity]
    now: datetime
    tier: int = 0
    valid_until: datetime | None = None
    grace_until: datetime | None = None
    first_term: datetime | None = None
    terms: int = 0
    landing: int = 0
    lost: set[int] = field(default_factory=set)
    history: list[tuple[datetime, int]] = field(default_factory=list)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def at_wall_clock(self, day: date, of: time) -> datetime:
        return datetime.combine(day, of, tzinfo=self.zone).astimezone(UTC)

    def counts(self, day: date, today: date) -> bool:
        window = self.program.window
        joined = self.day(self.joined_at)
        match window:
            case Rolling(days=int(days)):
                return day > today - timedelta(days=days)
            case Rolling(months=int(months)):
                return months_on(day, months) > today
            case Calendar(unit=unit, start_month=start):
                return period_number(day, MONTHS[unit], start) == period_number(today, MONTHS[unit], start)
            case Anniversary(months=months):
                return self.anniversaries(joined, months, day) == self.anniversaries(joined, months, today)
        return True

    def anniversaries(self, joined: date, months: int, day: date) -> int:
        turn = -50
        while months_on(joined, (turn + 1) * months) <= day:
            turn += 1
        return turn

    def spend(self, moment: datetime, hold_days: int) -> int:
        """What counts at a moment, less what is refunded in so many days after it as far as is known now."""
        total = 0
        until = min(self.now, self.wall_clock_days_after(moment, hold_days)) if hold_days else moment
        for one in self.activities:
            worth = [step.spend_minor for step in one.steps if step.at <= moment]
            later = [step.spend_minor for step in one.steps if moment < step.at <= until]
            if worth and one.occurred_at <= moment and self.counts(self.day(one.occurred_at), self.day(moment)):
                total += min([worth[-1], *later])
        return total

    def wall_clock_days_after(self, moment: datetime, days: int) -> datetime:
        local = moment.astimezone(self.zone)
        return self.at_wall_clock(local.date() + timedelta(days=days), local.timetz().replace(tzinfo=None))

    def met(self, rank: int, name: str, spend: int) -> bool:
        tier: Tier = self.program.tiers[rank]
        asked = getattr(tier, name) or tier.enter
        assert isinstance(asked, AtLeast)
        return spend > asked.amount * 100 if asked.more_than else spend >= asked.amount * 100

    def entering(self, rank: int) -> str:
        return "reenter" if rank in self.lost else "enter"

    def best(self, spend: int, ranks: range) -> int:
        return max((rank for rank in ranks if rank and self.met(rank, self.entering(rank), spend)), default=0)

    def end(self, begins: datetime, terms: int, *, renewed: bool) -> datetime | None:
        term, local = self.program.term, begins.astimezone(self.zone)
        match term:
            case Lasts(days=int(days)):
                return self.wall_clock_days_after(begins, days * terms)
            case Lasts(months=int(months)):
                return self.at_wall_clock(months_on(local.date(), months * terms), local.timetz().replace(tzinfo=None))
            case UntilCalendar(unit=unit, start_month=start, extra_periods=extra):
                day, number = local.date(), period_number(local.date(), MONTHS[unit], start)
                more = max(extra, 1) if renewed else extra + 1
                while period_number(day, MONTHS[unit], start) < number + more:
                    day += timedelta(days=1)
                return self.at_wall_clock(day, time())
            case UntilAnniversary(months=months, extra_periods=extra):
                joined = self.day(self.joined_at)
                turn = self.anniversaries(joined, months, local.date())
                return self.at_wall_clock(
                    months_on(joined, (turn + (max(extra, 1) if renewed else extra + 1)) * months), time()
                )
        return None

    def put(self, rank: int, moment: datetime, *, renewed: bool) -> None:
        self.tier, self.grace_until, self.first_term, self.terms = rank, None, moment, 1
        self.valid_until = self.end(moment, 1, renewed=renewed) if rank else None
        self.history.append((moment, rank))

    def renew(self) -> None:
        ended, self.grace_until = self.valid_until, None
        assert ended is not None
        assert self.first_term is not None
        self.terms += 1
        lasts = isinstance(self.program.term, Lasts)
        self.valid_until = self.end(self.first_term if lasts else ended, self.terms, renewed=True)

    def fall(self, moment: datetime, earned: int) -> None:
        target = {"one_down": self.tier - 1, "recompute": earned, "to_base": 0}[self.program.downgrade]
        if self.program.soft_landing:
            target = max(target, self.tier - 1)
        self.lost |= set(range(target + 1, self.tier + 1))
        self.put(target, moment, renewed=True)

    def term_over(self, moment: datetime) -> None:
        spend = self.spend(moment - INSTANT, 0)
        if self.grace_until is None and self.met(self.tier, "retain", spend):
            self.renew()
            return
        earned = self.best(spend, range(self.tier))
        if self.grace_until is None and self.program.grace_days:
            self.grace_until, self.landing = self.wall_clock_days_after(moment, self.program.grace_days), earned
        else:
            self.fall(moment, max(earned, self.landing if self.grace_until else 0))

    def live(self) -> None:
        """From the first moment to now."""
        facts = {max(step.at, one.occurred_at) for one in self.activities for step in one.steps}
        self.history.append((self.joined_at, 0))
        for moment in [*sorted(at for at in facts if at <= self.now), None]:
            while (due := self.grace_until or self.valid_until) and due <= (moment or self.now):
                self.term_over(due)
            if moment is not None and self.rises(moment):
                rank = self.best(
                    self.spend(moment, self.program.hold_days), range(self.tier + 1, len(self.program.tiers))
                )
                if rank > self.tier:
                    self.put(rank, moment, renewed=False)
                elif self.grace_until is not None and self.met(self.tier, "retain", self.spend(moment, 0)):
                    self.renew()

    def rises(self, moment: datetime) -> bool:
        """Whether something comes to count more at a moment."""
        for one in self.activities:
            for before, step in zip((None, *one.steps), one.steps, strict=False):
                if step.at == moment and step.spend_minor > (before.spend_minor if before else 0):
                    return True
        return False
