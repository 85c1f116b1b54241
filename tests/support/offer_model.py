"""What an offer's budget should be, in plain words: no SQL, no accounts, only what was promised to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["counted", "paid", "voucher", "earning"]
KINDS: tuple[Kind, ...] = ("counted", "paid", "voucher", "earning")
PAYMENT, PRICE, VOUCHER_MINOR = 200, 300, 240


@dataclass(slots=True)
class ModelClaim:
    """A claim: what it keeps of the budget, and whether that is only held for its conversion."""

    claim_id: int
    customer: int
    takes: int
    held: bool
    state: str = "ready"


@dataclass(slots=True)
class ModelOffer:
    """One offer of a kind: a code counted by claims, a code with a payment, a voucher for points, points for buying."""

    kind: Kind
    amount: int
    limit: int | None
    claims: list[ModelClaim] = field(default_factory=list)
    conversions: dict[int, int] = field(default_factory=dict)
    out: bool = True

    @property
    def next_cost(self) -> int:
        """The least that the next thing takes."""
        return {"counted": 1, "paid": PAYMENT, "voucher": VOUCHER_MINOR, "earning": 1}[self.kind]

    @property
    def held(self) -> int:
        """What codes keep for their conversions."""
        return sum(claim.takes for claim in self.claims if claim.held and claim.state == "ready")

    @property
    def spent(self) -> int:
        """What was given for good: by claims that are not void, and by conversions."""
        given = sum(claim.takes for claim in self.claims if not claim.held and claim.state != "void")
        return given + sum(self.conversions.values())

    @property
    def free(self) -> int:
        """What is left to give."""
        return self.room if self.out else 0

    @property
    def room(self) -> int:
        """What would be left to give if it were out."""
        return self.amount - self.held - self.spent

    @property
    def claimed(self) -> list[ModelClaim]:
        """Claims that count."""
        return [claim for claim in self.claims if claim.state != "void"]

    @property
    def state(self) -> str:
        """What the offer says of itself."""
        if not self.out:
            return "closed"
        sold_out = self.limit is not None and len(self.claimed) >= self.limit
        return "exhausted" if sold_out or self.free < self.next_cost else "published"

    def expected(self, points: int) -> str:
        """What a claim of a member with so many points is told; '' where it is given."""
        if not self.out:
            return "OFFER_CLOSED"
        if self.limit is not None and len(self.claimed) >= self.limit:
            return "SOLD_OUT"
        if self.free < self.next_cost:
            return "BUDGET_USED_UP"
        return "NOT_ENOUGH_POINTS" if self.kind == "voucher" and points < PRICE else ""

    def claim(self, claim_id: int, customer: int) -> None:
        """A member has one."""
        takes = {"counted": 1, "paid": PAYMENT, "voucher": VOUCHER_MINOR, "earning": 0}[self.kind]
        self.claims.append(ModelClaim(claim_id, customer, takes, self.kind == "paid"))

    def covers(self, claim: ModelClaim, amount: int, *, late: bool) -> bool:
        """Whether a conversion of a claim can be paid: by what it holds, and the rest by what is free.

        What was bought before the offer was closed, and is reported late, is paid as if it were out.
        """
        held = claim.takes if claim.held and claim.state == "ready" else 0
        return amount <= held + (self.room if late else self.free) or amount <= held

    def convert(self, number: int, claim: ModelClaim, amount: int) -> None:
        """A purchase was made with a claim."""
        self.conversions[number] = amount
        if self.kind in ("counted", "paid") and claim.state in ("ready", "expired"):
            claim.state = "used"
