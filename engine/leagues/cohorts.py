"""Who plays a week of a league with whom: members of one league who did about as much the week before.

Pure: the seats follow from the seed and from who there is, in whatever order they are named. Whoever scores first when
the cohorts of a week are formed already sits with the other newcomers, in the order of their first scores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple


class Candidate(NamedTuple):
    """Somebody who played the week before; `basis` is what they scored then, `league` 0 the lowest."""

    member_id: int
    league: int
    basis: int


class Newcomer(NamedTuple):
    """Somebody without a cohort who scored in a running week, first at `entered_at`."""

    member_id: int
    league: int
    entered_at: datetime


class Seat(NamedTuple):
    """In which cohort of which league somebody plays; cohorts of a league are numbered from 0."""

    member_id: int
    league: int
    cohort: int


def season_seed(key: bytes, definition_id: int, period: str) -> bytes:
    """What decides between equals in a week of a league: nobody foresees it who has no key, and it never changes."""
    return hashlib.sha256(b"league %d %s " % (definition_id, period.encode()) + key).digest()


def tie_key(seed: bytes, member_id: int) -> bytes:
    """Where a member stands among equals."""
    return hashlib.sha256(seed + member_id.to_bytes(8, "big")).digest()


def form_cohorts(seed: bytes, candidates: Iterable[Candidate], maximum: int) -> tuple[Seat, ...]:
    """Seat these members: as few cohorts as hold them, of sizes that differ by one at most, those alike together.

    A cohort is only smaller than the league's minimum where no number of cohorts makes all large enough.
    """
    leagues: dict[int, list[Candidate]] = {}
    for one in candidates:
        leagues.setdefault(one.league, []).append(one)
    seats: list[Seat] = []
    for league, members in sorted(leagues.items()):
        members.sort(key=lambda one: (-one.basis, tie_key(seed, one.member_id)))
        first = 0
        for cohort, size in enumerate(_sizes(len(members), maximum)):
            seats += [Seat(one.member_id, league, cohort) for one in members[first : first + size]]
            first += size
    return tuple(seats)


def seat_newcomers(
    seed: bytes, newcomers: Iterable[Newcomer], formed: Mapping[int, int], maximum: int
) -> tuple[Seat, ...]:
    """Seat members who came during the week, behind the `formed` cohorts of each league: each is filled up in turn."""
    leagues: dict[int, list[Newcomer]] = {}
    for one in newcomers:
        leagues.setdefault(one.league, []).append(one)
    seats: list[Seat] = []
    for league, members in sorted(leagues.items()):
        members.sort(key=lambda one: (one.entered_at, tie_key(seed, one.member_id)))
        behind = formed.get(league, 0)
        seats += [Seat(one.member_id, league, behind + turn // maximum) for turn, one in enumerate(members)]
    return tuple(seats)


def _sizes(members: int, maximum: int) -> list[int]:
    cohorts = -(-members // maximum)
    return [members // cohorts + (turn < members % cohorts) for turn in range(cohorts)]
