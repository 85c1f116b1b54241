"""Bonuses that a member gets once, whatever brings them first: a new account or a first paid order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.awards import MEMBER_SCOPE, Award, AwardKey, points_end, points_start
from engine.giving import earn
from engine.ledger import EffectKey, Ledger, MemberKey, PlannedTransaction
from engine.program import ProgramVersion, version_at


@dataclass(frozen=True, slots=True)
class BonusClaim:
    """Something happened for which a member gets the sign-up bonus, unless they have it already."""

    member: MemberKey
    occurred_at: datetime
    received_at: datetime

    def award_key(self) -> AwardKey:
        """The one key that a member's sign-up bonus has."""
        return AwardKey(self.member.program_id, MEMBER_SCOPE, "member", str(self.member.member_id), "sign-up")


@dataclass(slots=True)
class Bonus:
    """A sign-up bonus to be posted."""

    award: Award
    points: int
    starts_at: datetime

    @property
    def member(self) -> MemberKey:
        """Whose bonus it is."""
        return MemberKey(self.award.key.program_id, self.award.member_id)

    def post(self, ledger: Ledger) -> None:
        """Plan the transaction that gives it."""
        award = self.award
        award.award_id = ledger.new_id()
        planned = PlannedTransaction(
            ledger.root(self.member),
            ledger.new_id(),
            "bonus",
            self.points,
            award.occurred_at,
            "program",
            award_id=award.award_id,
            program_version=award.program_version,
            detail={"rule": "sign-up"},
            effect=EffectKey(award.key.shop_id, award.key.source, award.key.source_id, award.key.rule, award.revision),
        )
        earn(ledger, award, self.points, planned, self.starts_at)
        award.posted, award.revision = self.points, 1


def bonus_awards(
    claims: Iterable[BonusClaim], awards: dict[AwardKey, Award], versions: dict[int, list[ProgramVersion]]
) -> list[Bonus]:
    """The bonuses that these claims bring, one for each member without one, by the version live at the first claim."""
    bonuses: dict[AwardKey, Bonus] = {}
    for claim in sorted(claims, key=lambda claim: (claim.occurred_at, claim.member)):
        key = claim.award_key()
        live = version_at(versions.get(claim.member.program_id, []), claim.occurred_at)
        if key in awards or key in bonuses or live is None or live.definition.sign_up is None:
            continue
        rule = live.definition.sign_up
        starts_at = points_start(claim.occurred_at, claim.received_at)
        ends_at = points_end(starts_at, rule.expires_after_days)
        award = Award(key, 0, live.version, claim.member.member_id, claim.occurred_at, ends_at, new=True)
        bonuses[key] = Bonus(award, rule.points, starts_at)
    return list(bonuses.values())
