"""What shoppers can do in the game."""

from __future__ import annotations

import strawberry

from laurel_graphql.mutations.friend_add import FriendAddPayload, friend_add
from laurel_graphql.mutations.friend_remove import FriendRemovePayload, friend_remove
from laurel_graphql.mutations.leaderboard_opt_in import LeaderboardOptInPayload, leaderboard_opt_in
from laurel_graphql.mutations.leaderboard_opt_out import LeaderboardOptOutPayload, leaderboard_opt_out
from laurel_graphql.mutations.quarantine_appeal import QuarantineAppealPayload, quarantine_appeal


@strawberry.type
class PlayMutations:
    """Mutations of the game, for the storefront schema."""

    leaderboard_opt_in: LeaderboardOptInPayload = strawberry.field(
        resolver=leaderboard_opt_in, description="Take part in a leaderboard, by a name of one's choice."
    )
    leaderboard_opt_out: LeaderboardOptOutPayload = strawberry.field(
        resolver=leaderboard_opt_out, description="Take part in a leaderboard no more."
    )
    quarantine_appeal: QuarantineAppealPayload = strawberry.field(
        resolver=quarantine_appeal, description="Say something about an entry of one's own in quarantine."
    )
    friend_add: FriendAddPayload = strawberry.field(resolver=friend_add, description="Make a friend by their code.")
    friend_remove: FriendRemovePayload = strawberry.field(resolver=friend_remove, description="Have a friend no more.")
