"""Partners and their agreements: made, edited by new versions, paused, archived, listed.

An edit names the version that it was made from, so that of two at once the second is refused instead of winning. A
new version is in force from now on, or from a later moment; one that changes the currency, the zone or the cycle only
from the end of a cycle on, since a cycle is billed by one calendar in one currency.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.partners.agreements import (
    agree,
    agreement_at,
    agreement_of,
    agreements_by_partner,
    agreements_of,
    publish_agreement,
    refuse_implausible,
)
from engine.partners.definitions import AgreementDefinition, PartnerProfile
from engine.partners.facts import Agreement, Partner
from engine.partners.refusals import PartnerRefused
from engine.publishing import lock_versions
from engine.rules.bounds import Handle

__all__ = [
    "Agreement", "Partner", "PartnerRefused", "agreement_at", "agreement_of", "agreements_by_partner", "agreements_of",
    "archive_partner", "create_partner", "partner_by_handle", "partner_of", "partners_of", "pause_partner",
    "resume_partner", "update_partner",
]  # fmt: skip

LIVE_MAXIMUM = 100
"""The most partners at a time; archived ones do not count."""
EVER_MAXIMUM = 2_000
_HANDLE: TypeAdapter[str] = TypeAdapter(Handle)


_PARTNER = """
    SELECT program_id, partner_id, handle, name, website, about, version, created_at, paused_at, archived_at,
        prepaid_micros, closed_until, statements_issued FROM partners
"""
_ALL = text(f"""{_PARTNER} WHERE program_id = :program_id AND (:archived OR archived_at IS NULL)
    ORDER BY archived_at IS NOT NULL, partner_id
""")
_ONE = text(f"{_PARTNER} WHERE program_id = :program_id AND partner_id = :partner_id")
_LOCKED = text(f"{_PARTNER} WHERE program_id = :program_id AND partner_id = :partner_id FOR UPDATE")
_BY_HANDLE = text(f"{_PARTNER} WHERE program_id = :program_id AND handle = :handle")
_INSERT = text("""
    INSERT INTO partners (program_id, partner_id, handle, name, website, about)
    VALUES (:program_id, nextval('ledger_ids'), :handle, :name, :website, :about) RETURNING partner_id
""")
_UPDATE = text("""
    UPDATE partners SET name = :name, website = :website, about = :about, version = version + 1
    WHERE program_id = :program_id AND partner_id = :partner_id
""")
_PAUSE = text("""
    UPDATE partners SET paused_at = CASE WHEN :paused THEN now() END, version = version + 1
    WHERE program_id = :program_id AND partner_id = :partner_id
""")
_ARCHIVE = text("""
    UPDATE partners SET archived_at = now(), version = version + 1
    WHERE program_id = :program_id AND partner_id = :partner_id
""")


async def partners_of(connection: AsyncConnection, program_id: int, *, archived: bool = True) -> tuple[Partner, ...]:
    """A program's partners, oldest first, archived ones last."""
    rows = await connection.execute(_ALL, {"program_id": program_id, "archived": archived})
    return tuple(_partner(row) for row in rows)


async def partner_of(connection: AsyncConnection, program_id: int, partner_id: int) -> Partner | None:
    """One partner, archived or not; None where the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "partner_id": partner_id})).one_or_none()
    return None if row is None else _partner(row)


async def partner_by_handle(connection: AsyncConnection, program_id: int, handle: str) -> Partner | None:
    """One partner by its handle, archived or not; None where the program has no such one."""
    row = (await connection.execute(_BY_HANDLE, {"program_id": program_id, "handle": handle})).one_or_none()
    return None if row is None else _partner(row)


async def create_partner(
    connection: AsyncConnection, program_id: int, handle: str, profile: PartnerProfile,
    agreement: AgreementDefinition, *, actor: str, effective_from: datetime | None = None,
) -> Partner:  # fmt: skip
    """A new partner with the first version of its agreement, in force from now on or from the moment that is given.

    Raises PartnerRefused: HANDLE_INVALID, HANDLE_TAKEN, TOO_MANY, INVALID.
    """
    try:
        _HANDLE.validate_python(handle)
    except ValidationError:
        raise PartnerRefused("HANDLE_INVALID", "handle", "A handle is made of a-z, 0-9 and hyphens.") from None
    if effective_from is not None:
        refuse_implausible(effective_from)
    await lock_versions(connection, program_id)
    partners = await partners_of(connection, program_id)
    live = [partner for partner in partners if partner.archived_at is None]
    if len(live) >= LIVE_MAXIMUM or len(partners) >= EVER_MAXIMUM:
        raise PartnerRefused("TOO_MANY", None, f"A program has at most {LIVE_MAXIMUM} partners at a time.")
    if any(partner.handle == handle for partner in partners):
        raise PartnerRefused("HANDLE_TAKEN", "handle", "Another partner has this handle, or had it.")
    now = (await transaction_time(connection)).replace(microsecond=0)
    given = {"program_id": program_id, "handle": handle, **profile.model_dump()}
    partner_id: int = (await connection.execute(_INSERT, given)).scalar_one()
    await publish_agreement(connection, program_id, partner_id, 1, agreement, effective_from or now, actor)
    return await _known(connection, program_id, partner_id)


async def update_partner(
    connection: AsyncConnection, program_id: int, partner_id: int, *, expected_version: int, actor: str,
    profile: PartnerProfile | None = None, agreement: AgreementDefinition | None = None,
    effective_from: datetime | None = None,
) -> Partner:  # fmt: skip
    """Change how a partner is shown, and make the next version of its agreement where one is given that differs.

    `effective_from` is now or later. Raises PartnerRefused: PARTNER_NOT_FOUND, ARCHIVED, VERSION_CONFLICT, TOO_MANY
    (versions), INVALID.
    """
    known = await _locked(connection, program_id, partner_id, expected_version)
    if agreement is not None:
        await agree(connection, program_id, partner_id, agreement, effective_from, actor)
    given = {"program_id": program_id, "partner_id": partner_id, **(profile or known.profile).model_dump()}
    await connection.execute(_UPDATE, given)
    return await _known(connection, program_id, partner_id)


async def pause_partner(
    connection: AsyncConnection, program_id: int, partner_id: int, *, expected_version: int
) -> Partner:
    """From now on nothing of it is claimed and none of its reports taken, but refunds. Raises PartnerRefused."""
    return await _pause(connection, program_id, partner_id, expected_version, paused=True)


async def resume_partner(
    connection: AsyncConnection, program_id: int, partner_id: int, *, expected_version: int
) -> Partner:
    """Undo a pause. Raises PartnerRefused."""
    return await _pause(connection, program_id, partner_id, expected_version, paused=False)


async def archive_partner(
    connection: AsyncConnection, program_id: int, partner_id: int, *, expected_version: int
) -> Partner:
    """End it for good: like a pause without an end. Its books stay and are settled. Raises PartnerRefused."""
    await _locked(connection, program_id, partner_id, expected_version)
    await connection.execute(_ARCHIVE, {"program_id": program_id, "partner_id": partner_id})
    return await _known(connection, program_id, partner_id)


async def _pause(
    connection: AsyncConnection, program_id: int, partner_id: int, expected_version: int, *, paused: bool
) -> Partner:
    known = await _locked(connection, program_id, partner_id, expected_version)
    if (known.paused_at is not None) == paused:
        return known
    await connection.execute(_PAUSE, {"program_id": program_id, "partner_id": partner_id, "paused": paused})
    return await _known(connection, program_id, partner_id)


async def _locked(connection: AsyncConnection, program_id: int, partner_id: int, expected_version: int) -> Partner:
    row = (await connection.execute(_LOCKED, {"program_id": program_id, "partner_id": partner_id})).one_or_none()
    if row is None:
        raise PartnerRefused("PARTNER_NOT_FOUND", None, "The program has no such partner.")
    known = _partner(row)
    if known.archived_at is not None:
        raise PartnerRefused("ARCHIVED", None, "It is archived.")
    if known.version != expected_version:
        message = f"Somebody else changed it: it is at version {known.version}."
        raise PartnerRefused("VERSION_CONFLICT", "expectedVersion", message)
    return known


async def _known(connection: AsyncConnection, program_id: int, partner_id: int) -> Partner:
    known = await partner_of(connection, program_id, partner_id)
    assert known is not None, "it was written just now"
    return known


def _partner(row: Any) -> Partner:
    profile = PartnerProfile(name=row.name, website=row.website, about=row.about)
    return Partner(
        row.partner_id, row.handle, profile, row.version, row.created_at, row.paused_at, row.archived_at,
        row.prepaid_micros, row.closed_until, row.statements_issued,
    )  # fmt: skip
