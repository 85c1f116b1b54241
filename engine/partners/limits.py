"""What stops an event that an agreement no longer covers: a cap, or money paid beforehand that is used up."""

from __future__ import annotations

from engine.partners.definitions import CapKind, CycleKind


class PartnerLimit(Exception):  # noqa: N818  # named for the rule, as the field names it
    """An event that an agreement does not cover. Nothing was changed. `code`: CAP_REACHED or PREPAID_USED_UP."""

    code: str


class CapReached(PartnerLimit):
    """A cap of the agreement has no room for so many points in this period."""

    code = "CAP_REACHED"

    def __init__(self, kind: CapKind, period: CycleKind, points_left: int) -> None:
        super().__init__(f"a cap on points {kind} in a {period} has room for {points_left}")
        self.kind: CapKind = kind
        self.period: CycleKind = period
        self.points_left = points_left


class PrepaidUsedUp(PartnerLimit):
    """The partner has not paid enough beforehand."""

    code = "PREPAID_USED_UP"

    def __init__(self, micros: int, micros_left: int) -> None:
        super().__init__(f"{micros} micros are needed, {micros_left} are left of what was paid beforehand")
        self.micros = micros
        self.micros_left = micros_left
