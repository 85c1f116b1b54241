"""Badges worked out again by brute force: every condition asked anew at every instant, nothing carried along.

An order of business that is slow and plain, to compare the fold with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from engine.badges.definitions import BadgeDefinition
from engine.game.facts import Game, GameFact, GameFacts, GameVersion
from tests.support.counter_model import first_day_of, worth_of

Key = tuple[int, str]
COMPLETIONS = 12
"""As many completions as the histories of the tests can come to, and more."""


@dataclass
class Segment:
    """Something held from one moment on, as long as `end` is None or later."""

    start: datetime
    version: GameVersion[Any]
    source: object
    end: datetime | None = None

    def at(self, moment: datetime) -> bool:
        """Whether it is held at a moment."""
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass
class Model:
    """The badges of one member at a moment."""

    facts: GameFacts
    now: datetime
    held: dict[str, dict[Key, list[Segment]]] = field(default_factory=dict)
    days: dict[tuple[str, int, date], set[Key]] = field(default_factory=dict)

    def earned(self) -> list[tuple[str, int, str, int, datetime, datetime | None]]:
        """Handle, level, occasion, version, earned at and revoked at of all that was earned."""
        waiting = {game.handle: game for game in self.facts.games}
        while waiting:
            for handle, game in list(waiting.items()):
                if not any(name in waiting for one in game.versions for name in one.definition.after):
                    self.held[handle] = self._of(game)
                    del waiting[handle]
        return sorted(
            (handle, *key, segments[-1].version.version, segments[-1].start, segments[-1].end)
            for handle, every in self.held.items()
            for key, segments in every.items()
            if segments
        )

    def value(self, handle: str) -> int:
        """What the version in force counts now: of the running unit, of the last days, or in all."""
        game = next(one for one in self.facts.games if one.handle == handle)
        return self._count(game, self._in_force(game)[-1], self.now, _local(self.now, self.facts))

    def _instants(self) -> list[datetime]:
        found = {max(step.at, one.occurred_at) for one in self.facts.activities for step in one.steps}
        found |= {one.effective_from for game in self.facts.games for one in game.versions}
        found |= {one.occurred_at for one in self.facts.facts}
        return sorted(at for at in found if at <= self.now)

    def _of(self, game: Game[Any]) -> dict[Key, list[Segment]]:
        keys: set[Key] = {(level, "") for level in (1, 2, 3)}
        for one in self.facts.activities:
            for version in self._in_force(game):
                keys |= self._keys(game, version, _local(one.occurred_at, self.facts))
        return {key: self._overruled(game, key, self._automatic(game, key)) for key in keys}

    def _keys(self, game: Game[Any], version: GameVersion[Any], day: date) -> set[Key]:
        """What can be earned by what is done on a day."""
        asked = (game.handle, version.version, day)
        if asked not in self.days:
            self.days[asked] = self._keys_anew(game, version, day)
        return self.days[asked]

    def _keys_anew(self, game: Game[Any], version: GameVersion[Any], day: date) -> set[Key]:
        definition: BadgeDefinition = version.definition
        window = _window(definition, day)
        if definition.recurrence == "once":
            return set()
        if definition.recurrence == "each_window":
            return {(level, window) for level in range(1, len(definition.levels) + 1)}
        series = self._series(game, version)
        parts = [part for part in (window, "" if series == 1 else f"v{series}") if part]
        return {
            (level, "-".join([*parts, str(time)]))
            for level in range(1, len(definition.levels) + 1)
            for time in range(1, COMPLETIONS + 1)
        }

    def _in_force(self, game: Game[Any]) -> list[GameVersion[Any]]:
        """Versions that decide at some moment by now."""
        found = []
        for one in sorted(game.versions, key=lambda one: (one.effective_from, one.version)):
            later = [other for other in game.versions if other.version > one.version]
            if one.effective_from <= self.now and all(other.effective_from > one.effective_from for other in later):
                found.append(one)
        archived = game.archived_at
        return [one for one in found if archived is None or archived > self.now or one.effective_from < archived]

    def _until(self, game: Game[Any], version: GameVersion[Any]) -> datetime | None:
        known = self._in_force(game)
        ends = [one.effective_from for one in known if one.effective_from > version.effective_from]
        if game.archived_at is not None and game.archived_at <= self.now:
            ends.append(game.archived_at)
        return min(ends, default=None)

    def _series(self, game: Game[Any], version: GameVersion[Any]) -> int:
        """The version from which on, without a break, the same was counted."""
        known = self._in_force(game)
        place = known.index(version)
        while place and known[place - 1].definition.counted == version.definition.counted:
            place -= 1
        return known[place].version

    def _origin(self, game: Game[Any], version: GameVersion[Any]) -> datetime | None:
        if version.definition.retroactive:
            return None
        known = self._in_force(game)
        place = known.index(version)
        if place and known[place - 1].definition.counted == version.definition.counted:
            return self._origin(game, known[place - 1])
        return version.effective_from

    def _automatic(self, game: Game[Any], key: Key) -> list[Segment]:
        found: list[Segment] = []
        for version in self._in_force(game):
            until = self._until(game, version)
            held: Segment | None = None
            for at in self._instants():
                if held is None and found and (found[-1].end is None or at < found[-1].end):
                    continue
                met = self._met(game, version, key, at)
                begun = version.definition.retroactive or at >= version.effective_from
                if held is None and met and begun and (until is None or at < until):
                    held = Segment(at, version, object())
                    found.append(held)
                elif held is not None and not met and version.definition.rollback:
                    held.end = at
                    held = None
        return found

    def _met(self, game: Game[Any], version: GameVersion[Any], key: Key, at: datetime) -> bool:
        definition: BadgeDefinition = version.definition
        level, occasion = key
        if definition.counter is None or level > len(definition.levels):
            return False
        days = {_local(one.occurred_at, self.facts) for one in self.facts.activities}
        if definition.recurrence == "once":
            matching = days if not occasion else set()
        else:
            matching = {day for day in days if key in self._keys(game, version, day)}
        target = definition.targets[level - 1]
        if definition.recurrence == "on_completion" and matching:
            target += (int(occasion.split("-")[-1]) - 1) * definition.targets[-1]
        return any(
            self._count(game, version, at, day) >= target and self._others(definition, at, day) for day in matching
        )

    def _others(self, definition: BadgeDefinition, at: datetime, day: date) -> bool:
        for handle in definition.after:
            since = self._held_since(handle, at)
            if since is None:
                return False
            if definition.recurrence != "once" and definition.window.kind == "each":
                first = _window(definition, day)
                if _window(definition, _local(since, self.facts)) > first:
                    return False
        return True

    def _held_since(self, handle: str, at: datetime) -> datetime | None:
        """Since when a badge was held without a break, on any occasion."""
        segments = [one for every in self.held.get(handle, {}).values() for one in every]
        since = None
        for instant in sorted({*self._instants(), at}, reverse=True):
            if instant <= at:
                if not any(one.at(instant) for one in segments):
                    break
                since = instant
        return since

    def _count(self, game: Game[Any], version: GameVersion[Any], at: datetime, day: date) -> int:
        """What counts at an instant in the window of a day: for the last days, those that end with it."""
        definition: BadgeDefinition = version.definition
        counter, window, origin = definition.counter, definition.window, self._origin(game, version)
        assert counter is not None
        total, seen = 0, set()
        for one in self.facts.activities:
            on = _local(one.occurred_at, self.facts)
            if origin is not None and one.occurred_at < origin:
                continue
            if window.kind == "between" and not window.starts_at <= one.occurred_at < window.ends_at:
                continue
            if window.kind == "last" and not day - timedelta(days=window.days) < on <= day:
                continue
            if window.kind == "each" and _window(definition, on) != _window(definition, day):
                continue
            worth = worth_of(counter, one, at)
            total += worth
            seen |= {on} if worth else set()
        return len(seen) if counter.metric == "days" else total

    def _overruled(self, game: Game[Any], key: Key, automatic: list[Segment]) -> list[Segment]:
        found: list[Segment] = []
        mode, source = "auto", object()
        for at in self._instants():
            counted = next((one for one in automatic if one.at(at)), None)
            given: GameVersion[Any] | None = None
            for fact in self._told(game, at):
                if fact.kind == "badge-taken" and key[0] >= fact.detail["level"]:
                    if mode == "given" or (mode == "auto" and counted is not None):
                        mode = "taken"
                elif fact.kind == "badge-given" and self._can_give(game, key, fact) and mode != "given":
                    mode, source, given = "given", object(), _version(game, at)
            holding = found[-1] if found and found[-1].end is None else None
            goes_on = holding is not None and (
                (mode == "given" and (given is None or (counted is not None and holding.source is counted)))
                or (mode == "auto" and counted is not None and holding.source is counted)
            )
            if holding is not None and not goes_on:
                holding.end = at
            if holding is not None and goes_on and given is not None:
                holding.source = source
            if not goes_on and mode == "given" and given is not None:
                found.append(Segment(at, given, source))
            if not goes_on and mode == "auto" and counted is not None:
                found.append(Segment(at, counted.version, counted))
        return found

    def _told(self, game: Game[Any], at: datetime) -> list[GameFact]:
        told = [one for one in self.facts.facts if one.occurred_at == at and one.definition_id == game.definition_id]
        return sorted(told, key=lambda one: one.kind)

    def _can_give(self, game: Game[Any], key: Key, fact: GameFact) -> bool:
        open_then = game.archived_at is None or fact.occurred_at < game.archived_at
        levels = len(_version(game, fact.occurred_at).definition.levels)
        return open_then and not key[1] and key[0] <= min(fact.detail["level"], levels)


def _version(game: Game[Any], at: datetime) -> GameVersion[Any]:
    begun = [one for one in game.versions if one.effective_from <= at]
    return max(begun, key=lambda one: (one.effective_from, one.version)) if begun else game.versions[0]


def _local(moment: datetime, facts: GameFacts) -> date:
    return moment.astimezone(facts.zone).date()


def _window(definition: BadgeDefinition, day: date) -> str:
    """The first day of the calendar unit that a day is in; "" where there are none."""
    return first_day_of(definition.window.unit, day) if definition.window.kind == "each" else ""
