"""The words that challenges are made of, as both schemas name them."""

from __future__ import annotations

from enum import Enum

import strawberry


@strawberry.enum(description="For whom a challenge is.")
class ChallengeScope(Enum):
    INDIVIDUAL = strawberry.enum_value("INDIVIDUAL", description="Everybody for themselves.")
    COMMUNITY = strawberry.enum_value("COMMUNITY", description="All members together toward one target.")
