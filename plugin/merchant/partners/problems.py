"""What partners and what is agreed with them objects to: patterns of messages, each with the name of its text."""

from __future__ import annotations

from typing import Final

PATTERNS: Final = (
    (r"does not begin with https://", "address"),
    (r"^is empty$", "short"),
    (r"is more than one line$", "one_line"),
    (r"a rate in \S+ has at most (\d+) decimals", "decimals"),
    (r"two caps are for the same points and period", "cap_twice"),
    (r"cannot be changed for the past", "past"),
    (r"^A handle is made of", "pattern"),
    (r"^What a partner paid beforehand is in another currency", "prepaid_currency"),
    (r"^A program has at most (\d+) partners", "many"),
    (r"^A partner has at most (\d+) keys", "many_keys"),
    (r"^Somebody else changed it", "changed"),
    (r"^unknown currency code", "currency"),
)
