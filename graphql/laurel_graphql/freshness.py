"""Which operations have answers that may be kept: those that change only with the member's and the program's version.

Stock, the state of redemptions, deliveries and claims, what is about to expire, what counts for a tier today, streaks
and ranks change by themselves or by what others do, so whoever asks for them is answered anew each time; everybody
else's answer stays as cheap as it was.
"""

from __future__ import annotations

from typing import Any

from graphql import DocumentNode, FieldNode
from graphql.language import Visitor, visit

LIVE_FIELDS = frozenset(
    {
        "reward", "rewards", "redemptions", "expiringNext", "tier", "membership", "memberships", "membershipPlans",
        "plans", "perks", "benefits", "badges", "badgeProgress", "challenges", "streaks", "level", "friends",
        "boardResults", "quarantines", "leaderboard", "leaderboards", "league", "leagues", "offer",
        "offers", "claimedOffers", "partnerPurchases",
    }
)  # fmt: skip


def is_live(document: DocumentNode) -> bool:
    """Whether anything in a document asks for what changes by itself."""
    found = False

    class LiveFields(Visitor):
        def enter_field(self, node: FieldNode, *_arguments: Any) -> None:
            nonlocal found
            found = found or node.name.value in LIVE_FIELDS

    visit(document, LiveFields())
    return found
