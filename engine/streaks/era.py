"""A streak while it is counted in one unit of time: what was kept, what was reached by it, where it stands."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter

from engine.game.counters import Change, Counting
from engine.game.facts import Game, GameFacts
from engine.game.slices import Slice
from engine.game.standing import Earned, EarnedKey
from engine.rules.days import LAST_MOMENT, local_day
from engine.streaks.calendars import first_day, unit_of_day
from engine.streaks.definitions import StreakDefinition
from engine.streaks.standing import Present, Repair, StreakStanding
from engine.streaks.telling import pauses, repairs
from engine.streaks.units import Turn, Units
from engine.streaks.walking import Hit, Rules, Walk, walk
from engine.streaks.zones import calendar_of

_Told = tuple[datetime, int, int]
TURNS_MAXIMUM = 200
"""What was lost again longer ago than by so many refunds or repairs is not told any more: it stays lost."""


class Era:
    """One streak of one member in one unit of time, as far as is known at a moment."""

    def __init__(
        self, game: Game[StreakDefinition], parts: Sequence[Slice[StreakDefinition]], facts: GameFacts, now: datetime,
        counting: Counting, series: str = "",
    ) -> None:  # fmt: skip
        """`series` parts what is reached again and again from what was in another unit of time."""
        self._series = series
        self._game, self._parts, self._facts, self._now = game, parts, facts, now
        self._definition = parts[-1].definition
        self._calendar = calendar_of(self._definition.unit, facts, now)
        self._pauses = pauses(facts, game.definition_id, now)
        self._repairs = repairs(facts, game.definition_id, self._definition.unit, now)
        plain = self._calendar.plain_zone
        self._plain = plain is not None and plain.key == facts.zone.key
        self._rules = self._make_rules()
        self._units = Units(lambda unit: self._rules.definition(unit).units)
        turns = deque(self._units.turns(self._told(counting), self._repairs), maxlen=TURNS_MAXIMUM)
        gives = any(one.definition.gives for one in parts)
        self._before = [(turn.at, self._walk_until(turn)) for turn in turns] if gives else []
        self._kept = self._units.kept
        self._walk = walk(self._kept, self._rules, self._repairs)

    def _walk_until(self, turn: Turn) -> Walk:
        repaired = {unit: at for unit, at in self._repairs.items() if at < turn.at}
        return walk(turn.kept, self._rules, repaired)

    def earned(self) -> list[Earned]:
        """Every milestone that was reached; one that a refund took back has the moment of it."""
        found: dict[EarnedKey, Earned] = {}
        for lost_at, before in self._before:
            found |= self._reached(before, lost_at)
        return sorted((found | self._reached(self._walk, None)).values(), key=lambda one: (one.earned_at, one.key))

    def standing(self) -> StreakStanding:
        """Where the streak is at the moment."""
        unit, kept = self._calendar.unit_at(self._now), frozenset(one.unit for one in self._kept)
        present = Present(self._walk, self._rules, kept, unit, self._repairs)
        definition, run = self._definition, present.run
        repairs_left = max(0, definition.repairs_per_year - self._repaired_this_year())
        repair, missed, until = self._repair(present, kept, unit, repairs_left)
        counter, needed = self._rules.definition(unit).counter, self._rules.definition(unit).units
        return StreakStanding(
            definition_id=self._game.definition_id,
            handle=self._game.handle,
            version=self._parts[-1].version.version,
            definition=definition,
            zone=self._calendar.zone_at(self._now).key,
            length=run.length if run else 0,
            best=max((one.length for one in self._walk.runs), default=0),
            started_on=self._rules.first_day(run.first_unit) if run else None,
            unit_done=unit in kept,
            missing=counter.amount(max(0, needed - self._units.counts.get(unit, 0))),
            unit_ends_at=self._calendar.ends_at(unit),
            ends_at=present.ends_at(),
            freezes=run.freezes if run else 0,
            repair=repair,
            repairable=tuple(self._rules.first_day(one) for one in missed),
            repairable_until=until,
            repairs_left=repairs_left,
            quiet_left=max(0, definition.quiet_units_per_year - present.quiet_used),
            paused=self._paused(unit),
            next_milestone=definition.next_milestone(run.length if run else 0),
            history=present.history(min(kept, default=unit)),
        )

    def _repair(
        self, present: Present, kept: frozenset[int], unit: int, repairs_left: int
    ) -> tuple[Repair, tuple[int, ...], datetime | None]:
        """Whether the units that broke the streak can be repaired, all of them or none, and until when."""
        found: dict[int, datetime] = {}
        until: datetime | None = None
        now, run = self._now, present.run
        while present.broken_by is not None and present.broken_by > max(found, default=-1):
            hours = timedelta(hours=self._rules.definition(present.broken_by).repair_hours)
            until = min(until or LAST_MOMENT, self._calendar.ends_at(present.broken_by) + hours)
            if until <= now:
                return ("none" if run is not None else "late"), (), None
            if len(found) == repairs_left:
                return "used", (), None
            found[present.broken_by] = now
            repaired = self._repairs | found
            present = Present(walk(self._kept, self._rules, repaired), self._rules, kept, unit, repaired)
        return ("open", tuple(found), until) if found else ("none", (), None)

    def _make_rules(self) -> Rules:
        """Each version decides from the first unit on that begins under it; the first one the unit it begins in."""
        firsts: list[int] = []
        for part in self._parts:
            unit = self._calendar.unit_at(part.starts_at)
            later = bool(firsts) and self._calendar.starts_at(unit) < part.starts_at
            firsts.append(self._calendar.following(unit) if later else unit)
        versions = tuple((part.version.version, part.definition) for part in self._parts)
        return Rules(self._calendar, firsts, versions, self._quiet, self._facts.tiers)

    def _quiet(self, unit: int) -> bool:
        return any(one.covers(self._calendar, unit) for one in self._pauses)

    def _told(self, counting: Counting) -> list[_Told]:
        """What was counted, as (moment, unit, change), by the version that decides its unit."""
        starts_at, ends_at = self._parts[0].starts_at, self._parts[-1].ends_at
        if self._game.archived_at is not None:
            ends_at = min(ends_at, self._game.archived_at)
        told: list[_Told] = []
        for counter in dict.fromkeys(part.definition.counter for part in self._parts):
            days: Counter[tuple[int, date]] = Counter()
            for change in counting.events(counter):
                if change.at > self._now:
                    break
                if not starts_at <= change.occurred_at < ends_at:
                    continue
                unit, day = self._place(change)
                if len(self._parts) > 1 and self._rules.definition(unit).counter != counter:
                    continue
                delta = change.delta
                if counter.metric == "days":
                    before = days[unit, day] > 0
                    days[unit, day] += delta
                    delta = (days[unit, day] > 0) - before
                if delta:
                    told.append((change.at, unit, delta))
        told.sort(key=itemgetter(0))
        return told

    def _place(self, change: Change) -> tuple[int, date]:
        """The unit and the day of the member's zone on which something was done."""
        if self._plain:
            return unit_of_day(self._calendar.unit, change.day), change.day
        zone = self._calendar.zone_at(change.occurred_at)
        return self._calendar.unit_at(change.occurred_at), local_day(change.occurred_at, zone)

    def _reached(self, found: Walk, lost_at: datetime | None) -> dict[EarnedKey, Earned]:
        """The milestones of a walk: of those that come once the first, of others each with its number."""
        reached: dict[EarnedKey, Earned] = {}
        times: Counter[int] = Counter()
        for hit in found.hits:
            times[hit.milestone.length] += 1
            again = hit.definition.recurrence == "each_run"
            one = self._earned(hit, f"{self._series}{times[hit.milestone.length]}" if again else "", lost_at)
            known = reached.get(one.key)
            if known is None or one.earned_at < known.earned_at:
                reached[one.key] = one
        return reached

    def _earned(self, hit: Hit, occasion: str, lost_at: datetime | None) -> Earned:
        title = hit.milestone.title or f"{hit.definition.title} · {hit.milestone.length}"
        return Earned(
            self._game.definition_id, "streak", self._game.handle, title, hit.milestone.length, occasion, hit.version,
            hit.at, lost_at, hit.milestone.points, hit.definition.points_days, hit.milestone.experience,
        )  # fmt: skip

    def _repaired_this_year(self) -> int:
        zone = self._calendar.zone_at(self._now)
        year = self._now.astimezone(zone).year
        return sum(at.astimezone(zone).year == year for at in self._repairs.values())

    def _paused(self, unit: int) -> tuple[date, date] | None:
        """The announced absence that runs or comes next."""
        today = first_day(self._calendar.unit, unit)
        coming = [(one.first_day, one.last_day) for one in self._pauses if one.last_day >= today]
        return min(coming, default=None)
