"""What shoppers can do in the game."""

from __future__ import annotations

import strawberry

from laurel_graphql.mutations.challenge_join import ChallengeJoinPayload, challenge_join
from laurel_graphql.mutations.challenge_leave import ChallengeLeavePayload, challenge_leave
from laurel_graphql.mutations.friend_add import FriendAddPayload, friend_add
from laurel_graphql.mutations.friend_remove import FriendRemovePayload, friend_remove
from laurel_graphql.mutations.leaderboard_opt_in import LeaderboardOptInPayload, leaderboard_opt_in
from laurel_graphql.mutations.leaderboard_opt_out import LeaderboardOptOutPayload, leaderboard_opt_out
from laurel_graphql.mutations.league_opt_in import LeagueOptInPayload, league_opt_in
from laurel_graphql.mutations.league_opt_out import LeagueOptOutPayload, league_opt_out
from laurel_graphql.mutations.quarantine_appeal import QuarantineAppealPayload, quarantine_appeal
from laurel_graphql.mutations.streak_pause import StreakPausePayload, streak_pause
from laurel_graphql.mutations.streak_repair import StreakRepairPayload, streak_repair


@strawberry.type
class PlayMutations:
    """Mutations of the game, for the storefront schema."""

    challenge_join: ChallengeJoinPayload = strawberry.field(
        resolver=challenge_join, description="Take part in a challenge."
    )
    challenge_leave: ChallengeLeavePayload = strawberry.field(
        resolver=challenge_leave, description="Take part in a challenge no more."
    )
    streak_repair: StreakRepairPayload = strawberry.field(
        resolver=streak_repair, description="Repair what was missed of a streak."
    )
    streak_pause: StreakPausePayload = strawberry.field(
        resolver=streak_pause, description="Say when one will be absent."
    )
    leaderboard_opt_in: LeaderboardOptInPayload = strawberry.field(
        resolver=leaderboard_opt_in, description="Take part in a leaderboard, by a name of one's choice."
    )
    leaderboard_opt_out: LeaderboardOptOutPayload = strawberry.field(
        resolver=leaderboard_opt_out, description="Take part in a leaderboard no more."
    )
    league_opt_in: LeagueOptInPayload = strawberry.field(
        resolver=league_opt_in, description="Take part in a league, by a name of one's choice."
    )
    league_opt_out: LeagueOptOutPayload = strawberry.field(
        resolver=league_opt_out, description="Take part in a league no more."
    )
    quarantine_appeal: QuarantineAppealPayload = strawberry.field(
        resolver=quarantine_appeal, description="Say something about an entry of one's own in quarantine."
    )
    friend_add: FriendAddPayload = strawberry.field(resolver=friend_add, description="Make a friend by their code.")
    friend_remove: FriendRemovePayload = strawberry.field(resolver=friend_remove, description="Have a friend no more.")
