"""When a member took part in a challenge: always, or from each joining until they left again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from engine.challenges.definitions import ChallengeDefinition
from engine.game.facts import CHALLENGE_JOINED, CHALLENGE_LEFT, GameFacts
from engine.rules.days import LAST_MOMENT


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open time in which what was done counts."""

    starts_at: datetime
    ends_at: datetime

    @property
    def goes_on(self) -> bool:
        """Whether the member did not leave again."""
        return self.ends_at == LAST_MOMENT


ALWAYS = Stretch(datetime.min.replace(tzinfo=UTC), LAST_MOMENT)


def joined_stretches(facts: GameFacts, definition_id: int, now: datetime) -> tuple[Stretch, ...]:
    """The times between joining and leaving, oldest first; joining twice is joining once."""
    told = [
        (fact.occurred_at, kind == CHALLENGE_LEFT)
        for kind in (CHALLENGE_JOINED, CHALLENGE_LEFT)
        for fact in facts.told(kind, definition_id)
        if fact.occurred_at <= now
    ]
    found: list[Stretch] = []
    since: datetime | None = None
    for at, left in sorted(told):
        if not left and since is None:
            since = at
        elif left and since is not None:
            found.append(Stretch(since, at))
            since = None
    return (*found, Stretch(since, LAST_MOMENT)) if since is not None else tuple(found)


def stretches(
    facts: GameFacts, definition_id: int, definition: ChallengeDefinition, now: datetime
) -> tuple[Stretch, ...]:
    """When what this member did counts for a challenge."""
    return (ALWAYS,) if definition.join == "automatic" else joined_stretches(facts, definition_id, now)
