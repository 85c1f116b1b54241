"""The league that a new shop starts with."""

from __future__ import annotations

from engine.leagues.definitions import LeagueDefinition, LeagueStep


def starter_league() -> tuple[str, LeagueDefinition]:
    """Its handle and definition: five leagues by points earned, no prizes; about a third rises, a few fall."""
    return "weekly", LeagueDefinition(
        title="Weekly league",
        description="Earn points from Monday to Sunday, among members who do about as much as you.",
        leagues=(
            LeagueStep(title="Seed", promote=10),
            LeagueStep(title="Sprout", promote=8, demote=4),
            LeagueStep(title="Branch", promote=7, demote=5),
            LeagueStep(title="Crown", promote=5, demote=5),
            LeagueStep(title="Laurel", demote=6),
        ),
    )
