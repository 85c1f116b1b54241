"""The words and parts of leaderboards and leagues that shoppers and the staff share."""

from __future__ import annotations

from enum import Enum

import strawberry


@strawberry.enum(description="Whether a board can be read.")
class LeaderboardStatus(Enum):
    LIVE = strawberry.enum_value("LIVE", description="Its ranks are those of the ledger, a second ago or newer.")
    UPDATING = strawberry.enum_value("UPDATING", description="Its ranks are being worked out: none are shown.")


@strawberry.enum(description="How equal scores are ranked.")
class LeaderboardRanking(Enum):
    ORDINAL = strawberry.enum_value("ORDINAL", description="Who reached theirs first is ahead: 1, 2, 3.")
    COMPETITION = strawberry.enum_value(
        "COMPETITION", description="They share a rank, then ranks are left out: 1, 1, 3."
    )
    DENSE = strawberry.enum_value("DENSE", description="They share a rank, and none is left out: 1, 1, 2.")


@strawberry.enum(description="How long a board counts before it begins anew.")
class LeaderboardPeriodKind(Enum):
    ALL = strawberry.enum_value("ALL", description="For good.")
    DAY = strawberry.enum_value("DAY", description="A day.")
    WEEK = strawberry.enum_value("WEEK", description="A week, from Monday on.")
    MONTH = strawberry.enum_value("MONTH", description="A month.")
    QUARTER = strawberry.enum_value("QUARTER", description="A quarter of a year.")
    YEAR = strawberry.enum_value("YEAR", description="A year.")
    CUSTOM = strawberry.enum_value("CUSTOM", description="Seasons of their own.")
