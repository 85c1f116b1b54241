"""What keeps a purchase at a partner from giving anything, though it was credited to a claim."""

from __future__ import annotations

from typing import Literal

Limit = Literal[
    "BUDGET_USED_UP", "CAP_REACHED", "PREPAID_USED_UP", "BALANCE_TOO_LARGE", "PROGRAM_NOT_PUBLISHED", "MEMBER_LEFT"
]  # fmt: skip
"""The reasons with which a conversion is declined by the program itself."""


class NotCovered(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A conversion cannot give what it should; nothing was changed. `code` says which limit it met."""

    def __init__(self, code: Limit) -> None:
        super().__init__(code)
        self.code: Limit = code


class TooManyPoints(NotCovered):
    """No balance can be so large."""

    def __init__(self) -> None:
        super().__init__("BALANCE_TOO_LARGE")


class ProgramSilent(NotCovered):
    """No version of the program was published, so nothing says how long points live."""

    def __init__(self) -> None:
        super().__init__("PROGRAM_NOT_PUBLISHED")
