"""How equal scores are ranked, for entries that are sorted already: the highest score first, ties in their order."""

from __future__ import annotations

from collections.abc import Sequence

from engine.leaderboards.definitions import Ranking


def ranks(scores: Sequence[int], ranking: Ranking, *, place: int = 0, rank: int = 1) -> list[int]:
    """The ranks of entries with these scores, highest first.

    Of a page out of the middle, `place` (0 is the first of all) and `rank` are those of its first entry.
    """
    found: list[int] = []
    for offset, score in enumerate(scores):
        if ranking == "ordinal":
            found.append(place + offset + 1)
        elif offset == 0:
            found.append(rank)
        elif score == scores[offset - 1]:
            found.append(found[-1])
        else:
            found.append(place + offset + 1 if ranking == "competition" else found[-1] + 1)
    return found


def percentile(place: int, total: int) -> int:
    """How many of a hundred are behind the entry at a place (1 is the first), rounded up: of four the first has 75."""
    return -(-100 * (total - place) // total)
