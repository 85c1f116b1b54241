"""What partners and what is agreed with them objects to: patterns of messages, each with the name of its text."""

from __future__ import annotations

from typing import Final

PATTERNS: Final = (
    (r"does not begin with https://", "address"),
    (r"^is empty$|^Say why, in", "short"),
    (r"is more than one line$", "one_line"),
    (r"a rate in \S+ has at most (\d+) decimals", "decimals"),
    (r"two caps are for the same points and period", "cap_twice"),
    (r"cannot be changed for the past", "past"),
    (r"^What a partner paid beforehand is in another currency", "prepaid_currency"),
    (r"^An amount is a whole number of minor units", "amount"),
    (r"^A label has 1 to (\d+) characters", "label"),
    (r"lies outside of the years", "years"),
    (r"^unknown currency code", "currency"),
)
