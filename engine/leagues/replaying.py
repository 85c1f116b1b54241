"""A week of a league worked out again from what it was formed by: its seed, and everybody's basis, entry and score.

Pure. Whatever somebody changed by hand, or a bug did, is found: another cohort, another place, another outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from engine.leagues.closing import place_all, result_hash
from engine.leagues.cohorts import Candidate, Newcomer, form_cohorts, seat_newcomers
from engine.leagues.definitions import LeagueDefinition
from engine.leagues.entries import LeagueEntry
from engine.leagues.placing import Placing, Played, State
from engine.leagues.seasons import LeagueSeason


def misplaced(
    season: LeagueSeason, definition: LeagueDefinition, entries: Sequence[LeagueEntry],
    before: Mapping[int, LeagueEntry], leagues: Mapping[int, Collection[int]],
) -> set[int]:  # fmt: skip
    """The members of a week whose league, cohort, place or outcome is another than the week's own facts say.

    `before` is the week before, by member, and `leagues` those in which members may go on, the lowest where none is
    named. Where the whole result is not the one that was sealed, everybody is wrong.
    """
    wrong = {one.member_id for one in entries if one.basis > 0 and not _played_before(one, before)}
    wrong |= {one.member_id for one in entries if not season.starts_at <= one.entered_at < season.ends_at}
    for one in entries:
        if one.league not in {definition.clamped(league) for league in leagues.get(one.member_id, (0,))}:
            wrong.add(one.member_id)
    wrong |= _seated_otherwise(season, definition, entries)
    if season.closed_at is not None:
        wrong |= _placed_otherwise(season, definition, entries)
    return wrong


def _played_before(one: LeagueEntry, before: Mapping[int, LeagueEntry]) -> bool:
    return one.member_id in before and before[one.member_id].score == one.basis


def _seated_otherwise(season: LeagueSeason, definition: LeagueDefinition, entries: Iterable[LeagueEntry]) -> set[int]:
    maximum = definition.cohort_maximum
    candidates = [Candidate(one.member_id, one.league, one.basis) for one in entries if one.basis > 0]
    newcomers = [Newcomer(one.member_id, one.league, one.entered_at) for one in entries if one.basis == 0]
    seats = form_cohorts(season.seed, candidates, maximum)
    formed: dict[int, int] = {}
    for seat in seats:
        formed[seat.league] = max(formed.get(seat.league, 0), seat.cohort + 1)
    seats += seat_newcomers(season.seed, newcomers, formed, maximum)
    expected = {seat.member_id: (seat.league, seat.cohort) for seat in seats}
    return {one.member_id for one in entries if expected[one.member_id] != (one.league, one.cohort)}


def _placed_otherwise(season: LeagueSeason, definition: LeagueDefinition, entries: Iterable[LeagueEntry]) -> set[int]:
    kept = {one.member_id: Placing(one.member_id, one.score or 0, one.rank, one.outcome or "stayed") for one in entries}
    cohorts = place_all(definition, [(one.league, one.cohort, _played(season, one)) for one in entries])
    placed = {place.member_id: place for cohort in cohorts for place in cohort.places}
    if result_hash(season, cohorts) != season.result_hash:
        return set(kept)
    return {member_id for member_id, place in placed.items() if kept[member_id] != place}


def _played(season: LeagueSeason, one: LeagueEntry) -> Played:
    """What the entry says that was done; of equal scores the better rank was reached first."""
    score = one.score or 0
    state: State = "playing"
    if one.outcome == "withdrawn":
        state = "withdrawn"
    elif one.rank is None and score > 0:
        state = "held"
    reached_at = season.starts_at + timedelta(microseconds=one.rank) if one.rank is not None else None
    return Played(one.member_id, score, reached_at, state)
