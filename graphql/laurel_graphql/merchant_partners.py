"""What the staff can change about partners themselves: who they are, what is agreed, and whether it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from engine.database import Connection
from engine.partners.catalog import archive_partner, create_partner, pause_partner, resume_partner, update_partner
from engine.partners.catalog import partner_of as partner_by_id
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.partners.facts import Partner
from laurel_graphql.changes import checked
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.partners import PartnerAgreementInput, PartnerProfileInput
from laurel_graphql.inputs.texts import readable
from laurel_graphql.partnering import in_transaction, refused, staff_mutation
from laurel_graphql.types.partner_records import PartnerRecord, partners_read


@strawberry.type
class PartnerGiven:
    """What a mutation of a partner gives."""

    partner: PartnerRecord | None = strawberry.field(
        default=None, description="The partner as it stands now, null when refused."
    )


@strawberry.input(description="The partner to make.")
class PartnerCreateInput:
    handle: str = strawberry.field(description="Its handle: a–z, 0–9 and `-`, at most 64, unique in the program.")
    profile: PartnerProfileInput = strawberry.field(description="How it is shown to members.")
    agreement: PartnerAgreementInput = strawberry.field(description="What is agreed with it.")
    effective_from: datetime | None = strawberry.field(
        default=None, description="From when on that is in force, also in the past; by default from now on."
    )


@strawberry.input(description="What to change of a partner. What is left out stays.")
class PartnerUpdateInput:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")
    profile: PartnerProfileInput | None = strawberry.field(default=None, description="How it is shown, as a whole.")
    agreement: PartnerAgreementInput | None = strawberry.field(
        default=None, description="The next version of what is agreed, as a whole."
    )
    effective_from: datetime | None = strawberry.field(
        default=None, description="From when on that is in force; by default from now on. Another currency, zone or "
        "cycle is in force from the end of the running cycle on at the earliest."
    )  # fmt: skip


@strawberry.input(description="A partner, as it was read.")
class _PartnerRead:
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    expected_version: int = strawberry.field(description="The version that was read.")


@strawberry.input(description="The partner to pause.")
class PartnerPauseInput(_PartnerRead):
    """A partner, as it was read."""


@strawberry.input(description="The partner to go on with.")
class PartnerResumeInput(_PartnerRead):
    """A partner, as it was read."""


@strawberry.input(description="The partner to end.")
class PartnerArchiveInput(_PartnerRead):
    """A partner, as it was read."""


async def partner_given(connection: Connection, context: MerchantContext, partner: Partner) -> Mapping[str, Any]:
    """A payload with the partner in it."""
    return {"partner": (await partners_read(connection, context, [partner]))[0]}


@in_transaction
async def _create(connection: Connection, context: MerchantContext, given: PartnerCreateInput) -> Mapping[str, Any]:
    made = await create_partner(
        connection, context.program_id, readable(given.handle), checked(PartnerProfile, given.profile, "profile"),
        checked(AgreementDefinition, given.agreement, "agreement"), actor=context.actor,
        effective_from=given.effective_from,
    )  # fmt: skip
    return await partner_given(connection, context, made)


@in_transaction
async def _update(connection: Connection, context: MerchantContext, given: PartnerUpdateInput) -> Mapping[str, Any]:
    profile = None if given.profile is None else checked(PartnerProfile, given.profile, "profile")
    agreement = None if given.agreement is None else checked(AgreementDefinition, given.agreement, "agreement")
    made = await update_partner(
        connection, context.program_id, number_of(given.partner_id, "Partner"),
        expected_version=given.expected_version, actor=context.actor, profile=profile, agreement=agreement,
        effective_from=given.effective_from,
    )  # fmt: skip
    return await partner_given(connection, context, made)


def _switched(switch: Any) -> Any:
    """Pause a partner, go on with it, or end it."""

    @in_transaction
    async def does(connection: Connection, context: MerchantContext, given: _PartnerRead) -> Mapping[str, Any]:
        number = number_of(given.partner_id, "Partner")
        made = await switch(connection, context.program_id, number, expected_version=given.expected_version)
        return await partner_given(connection, context, made)

    return does


async def known_partner(connection: Connection, context: MerchantContext, number: int) -> Partner:
    """The partner of a number. Raises ChangeRefused."""
    found = await partner_by_id(connection, context.program_id, number)
    if found is None:
        raise refused("PARTNER_NOT_FOUND", context, "partnerId")
    return found


_READ = "PARTNER_NOT_FOUND ARCHIVED VERSION_CONFLICT"


@strawberry.type
class PartnerMutations:
    """Mutations of partners, for the merchant's schema."""

    partner_create = staff_mutation(
        "partner_create", "Make a partner, with what is agreed with it.", refused="no partner was made",
        takes=PartnerCreateInput, gives=PartnerGiven, codes="HANDLE_INVALID HANDLE_TAKEN TOO_MANY INVALID",
        does=_create,
    )  # fmt: skip
    partner_update = staff_mutation(
        "partner_update", "Change how a partner is shown, or agree on something else.",
        refused="a partner was not changed", takes=PartnerUpdateInput, gives=PartnerGiven,
        codes=f"{_READ} TOO_MANY INVALID", does=_update,
    )  # fmt: skip
    partner_pause = staff_mutation(
        "partner_pause", "Let nothing of a partner be claimed and take no reports of it but refunds, for now.",
        refused="a partner was not paused", takes=PartnerPauseInput, gives=PartnerGiven, codes=_READ,
        does=_switched(pause_partner),
    )  # fmt: skip
    partner_resume = staff_mutation(
        "partner_resume", "Go on with a partner that was paused.", refused="a partner was not resumed",
        takes=PartnerResumeInput, gives=PartnerGiven, codes=_READ, does=_switched(resume_partner),
    )  # fmt: skip
    partner_archive = staff_mutation(
        "partner_archive", "End a partner for good. Its books stay and are settled.",
        refused="a partner was not archived", takes=PartnerArchiveInput, gives=PartnerGiven, codes=_READ,
        does=_switched(archive_partner),
    )  # fmt: skip
