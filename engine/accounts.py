"""The accounts of the ledger: a kind and, for a member's account, whose it is, in one whole number.

`account = member_id × 16 + kind`, with member 0 for the program's own accounts. A transfer debits one account and
credits another; a member's account holds credits − debits, except `DEBT`, which holds debits − credits (what the
member owes).
"""

from __future__ import annotations

from enum import IntEnum

KINDS_PER_MEMBER = 16


class ProgramAccount(IntEnum):
    """The program's own accounts: no stored balance, summed from the transfers.

    `MOVED` is where points are between two members, `PARTNER_CLEARING` between a member and a partner's program; both
    are empty between transactions.
    """

    ISSUED = 1
    REDEEMED = 2
    EXPIRED = 3
    WRITTEN_OFF = 4
    MOVED = 5
    PARTNER_CLEARING = 6


class MemberAccount(IntEnum):
    """A member's accounts; each balance is stored on the member's row."""

    AVAILABLE = 8
    PENDING = 9
    RESERVED = 10
    DEBT = 11


def member_account(member_id: int, kind: MemberAccount) -> int:
    """The account number of one member's account."""
    return member_id * KINDS_PER_MEMBER + kind


def account_kind(account: int) -> ProgramAccount | MemberAccount:
    """The kind of an account number. Raises ValueError for a number that no account has."""
    kind = account % KINDS_PER_MEMBER
    return ProgramAccount(kind) if account < KINDS_PER_MEMBER else MemberAccount(kind)
