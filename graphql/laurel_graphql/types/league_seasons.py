"""The weeks of a league as the staff see them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from engine.leagues.reading import LeagueSeasonSummary


@strawberry.type(description="A week of a league.")
class LeagueSeason:
    starts_at: datetime = strawberry.field(description="Its first moment.")
    ends_at: datetime = strawberry.field(description="The first moment after it.")
    formed_at: datetime = strawberry.field(description="When its cohorts were formed.")
    closed_at: datetime | None = strawberry.field(description="When it was settled, null while it is not.")
    cohorts: int = strawberry.field(description="How many cohorts it has.")
    members: int = strawberry.field(description="How many members play it.")
    promoted: int = strawberry.field(description="How many rose.")
    demoted: int = strawberry.field(description="How many fell.")
    unranked: int = strawberry.field(description="How many were not ranked.")
    prizes_due_at: datetime | None = strawberry.field(description="When prizes are due, null for none.")
    prizes_given_at: datetime | None = strawberry.field(description="When all of them were given.")


def season_of(one: LeagueSeasonSummary) -> LeagueSeason:
    """The week of an engine's record."""
    return LeagueSeason(
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        formed_at=one.formed_at,
        closed_at=one.closed_at,
        cohorts=one.cohorts,
        members=one.members,
        promoted=one.promoted,
        demoted=one.demoted,
        unranked=one.unranked,
        prizes_due_at=one.prizes_due_at,
        prizes_given_at=one.prizes_given_at,
    )
