"""Points for reaching a tier: given for each one that was entered, skipped ones too, taken back with the entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import Work
from engine.ledger import Ledger, MemberKey
from engine.program import ProgramVersion
from engine.standing_points import Due, works_for
from engine.tiers.folding import Entry, TierStanding

SOURCE = "tier"


async def entry_works(
    connection: AsyncConnection, ledger: Ledger, standings: Mapping[MemberKey, TierStanding],
    versions: Mapping[int, Sequence[ProgramVersion]],
) -> list[Work]:  # fmt: skip
    """What locked members are due for the tiers that they entered, and what they no longer are.

    `standings` are those of members of programs some version of whose tiers gives points.
    """
    due = {key: [_due(standing, entry) for entry in standing.entries] for key, standing in standings.items()}
    return await works_for(connection, ledger, SOURCE, due, versions)


def _due(standing: TierStanding, entry: Entry) -> Due:
    tier = standing.version.definition.tier(entry.tier)
    title = tier.name if tier is not None else entry.tier
    name = f"entry-{entry.ordinal}-{entry.tier}"
    return Due(name, title, entry.points, entry.ends_days, entry.at, {"event": SOURCE, "tier": entry.tier})
