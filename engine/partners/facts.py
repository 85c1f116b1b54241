"""A partner and the versions of its agreement, as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.partners.definitions import AgreementDefinition, PartnerProfile


@dataclass(frozen=True, slots=True)
class Agreement:
    """A version of what is agreed with a partner; events name it by its number for good."""

    partner_id: int
    version: int
    definition: AgreementDefinition
    effective_from: datetime
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as it stands. `version` is raised by every change of it or of its agreement.

    `prepaid_micros` is what it paid beforehand and has left, `closed_until` the end of its last closed cycle.
    """

    partner_id: int
    handle: str
    profile: PartnerProfile
    version: int
    created_at: datetime
    paused_at: datetime | None
    archived_at: datetime | None
    prepaid_micros: int
    closed_until: datetime | None
    statements_issued: int

    @property
    def is_active(self) -> bool:
        """Whether its offers can be claimed and its reports are taken."""
        return self.paused_at is None and self.archived_at is None


def timeline(agreements: Sequence[Agreement]) -> tuple[Agreement, ...]:
    """The versions that are ever in force, in the order in which they are; their beginnings rise.

    Of the versions that began by then, the one with the highest number is in force: one that is made before an earlier
    one begins takes its place.
    """
    kept: list[Agreement] = []
    for agreement in sorted(agreements, key=lambda one: one.version):
        while kept and kept[-1].effective_from >= agreement.effective_from:
            kept.pop()
        kept.append(agreement)
    return tuple(kept)


def in_force(agreements: Sequence[Agreement], at: datetime) -> Agreement | None:
    """The version in force at a moment, of all versions of a partner; None before the first one."""
    begun = [agreement for agreement in agreements if agreement.effective_from <= at]
    return max(begun, key=lambda agreement: agreement.version, default=None)
