"""What the staff can change about what there is to play for."""

from __future__ import annotations

import strawberry

from laurel_graphql.mutations.artwork_create import ArtworkCreatePayload, artwork_create
from laurel_graphql.mutations.badge_archive import BadgeArchivePayload, badge_archive
from laurel_graphql.mutations.badge_create import BadgeCreatePayload, badge_create
from laurel_graphql.mutations.badge_give import BadgeGivePayload, badge_give
from laurel_graphql.mutations.badge_preview import BadgePreviewPayload, badge_preview
from laurel_graphql.mutations.badge_take import BadgeTakePayload, badge_take
from laurel_graphql.mutations.badge_update import BadgeUpdatePayload, badge_update
from laurel_graphql.mutations.challenge_archive import ChallengeArchivePayload, challenge_archive
from laurel_graphql.mutations.challenge_create import ChallengeCreatePayload, challenge_create
from laurel_graphql.mutations.challenge_update import ChallengeUpdatePayload, challenge_update
from laurel_graphql.mutations.leaderboard_archive import LeaderboardArchivePayload, leaderboard_archive
from laurel_graphql.mutations.leaderboard_create import LeaderboardCreatePayload, leaderboard_create
from laurel_graphql.mutations.leaderboard_update import LeaderboardUpdatePayload, leaderboard_update
from laurel_graphql.mutations.league_archive import LeagueArchivePayload, league_archive
from laurel_graphql.mutations.league_create import LeagueCreatePayload, league_create
from laurel_graphql.mutations.league_update import LeagueUpdatePayload, league_update
from laurel_graphql.mutations.levels_archive import LevelsArchivePayload, levels_archive
from laurel_graphql.mutations.levels_create import LevelsCreatePayload, levels_create
from laurel_graphql.mutations.levels_update import LevelsUpdatePayload, levels_update
from laurel_graphql.mutations.quarantine_decide import QuarantineDecidePayload, quarantine_decide
from laurel_graphql.mutations.streak_archive import StreakArchivePayload, streak_archive
from laurel_graphql.mutations.streak_create import StreakCreatePayload, streak_create
from laurel_graphql.mutations.streak_update import StreakUpdatePayload, streak_update


@strawberry.type
class GameMutations:
    """Mutations of games, for the merchant schema."""

    badge_create: BadgeCreatePayload = strawberry.field(
        resolver=badge_create, description="Let members earn one more badge."
    )
    badge_update: BadgeUpdatePayload = strawberry.field(
        resolver=badge_update, description="Make the next version of a badge."
    )
    badge_archive: BadgeArchivePayload = strawberry.field(
        resolver=badge_archive, description="Let nobody earn a badge any more."
    )
    challenge_create: ChallengeCreatePayload = strawberry.field(
        resolver=challenge_create, description="Give members one more challenge."
    )
    challenge_update: ChallengeUpdatePayload = strawberry.field(
        resolver=challenge_update, description="Make the next version of a challenge."
    )
    challenge_archive: ChallengeArchivePayload = strawberry.field(
        resolver=challenge_archive, description="Let nobody finish a challenge any more."
    )
    streak_create: StreakCreatePayload = strawberry.field(
        resolver=streak_create, description="Let members keep one more streak."
    )
    streak_update: StreakUpdatePayload = strawberry.field(
        resolver=streak_update, description="Make the next version of a streak."
    )
    streak_archive: StreakArchivePayload = strawberry.field(
        resolver=streak_archive, description="End a streak for everybody."
    )
    levels_create: LevelsCreatePayload = strawberry.field(
        resolver=levels_create, description="Let members rise through levels."
    )
    levels_update: LevelsUpdatePayload = strawberry.field(
        resolver=levels_update, description="Make the next version of the levels."
    )
    levels_archive: LevelsArchivePayload = strawberry.field(
        resolver=levels_archive, description="Let nobody reach a level any more."
    )
    leaderboard_create: LeaderboardCreatePayload = strawberry.field(
        resolver=leaderboard_create, description="Rank members on one more board."
    )
    leaderboard_update: LeaderboardUpdatePayload = strawberry.field(
        resolver=leaderboard_update, description="Make the next version of a leaderboard."
    )
    leaderboard_archive: LeaderboardArchivePayload = strawberry.field(
        resolver=leaderboard_archive, description="Show a leaderboard no more."
    )
    league_create: LeagueCreatePayload = strawberry.field(
        resolver=league_create, description="Let members play one more league."
    )
    league_update: LeagueUpdatePayload = strawberry.field(
        resolver=league_update, description="Make the next version of a league."
    )
    league_archive: LeagueArchivePayload = strawberry.field(
        resolver=league_archive, description="Play a league no more."
    )
    artwork_create: ArtworkCreatePayload = strawberry.field(
        resolver=artwork_create, description="Bring a picture for badges, challenges and streaks."
    )
    badge_preview: BadgePreviewPayload = strawberry.field(
        resolver=badge_preview, description="Count who would have a badge at once. Changes nothing."
    )
    badge_give: BadgeGivePayload = strawberry.field(resolver=badge_give, description="Give a member a badge by hand.")
    badge_take: BadgeTakePayload = strawberry.field(resolver=badge_take, description="Take a badge from a member.")
    quarantine_decide: QuarantineDecidePayload = strawberry.field(
        resolver=quarantine_decide, description="Decide about an entry that looks like cheating."
    )
