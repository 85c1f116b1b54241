"""The versions of what is agreed with a partner: read, and made.

A new version is in force from now on, or from a later moment; one that changes the currency, the zone or the cycle
only from the end of a cycle on, since a cycle is billed by one calendar in one currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.partners.cycles import beginning_of
from engine.partners.definitions import AgreementDefinition
from engine.partners.facts import Agreement, in_force, timeline
from engine.partners.refusals import PartnerRefused

VERSIONS_MAXIMUM = 500

_AGREEMENTS = text("""
    SELECT partner_id, version, definition::text AS definition, effective_from, created_at, created_by
    FROM agreement_versions WHERE program_id = :program_id AND partner_id = ANY(:partners)
    ORDER BY partner_id, version
""")
_LOOK_AGAIN = text("""
    UPDATE partners SET next_closing_at = NULL WHERE program_id = :program_id AND partner_id = :partner_id
""")
_INSERT_AGREEMENT = text("""
    INSERT INTO agreement_versions (program_id, partner_id, version, definition, effective_from, created_by)
    VALUES (:program_id, :partner_id, :version, CAST(:definition AS jsonb), :effective_from, :actor)
""")


async def agreements_of(connection: AsyncConnection, program_id: int, partner_id: int) -> tuple[Agreement, ...]:
    """All versions of a partner's agreement, oldest first; none for a partner that the program does not have."""
    return (await agreements_by_partner(connection, program_id, [partner_id])).get(partner_id, ())


async def agreements_by_partner(
    connection: AsyncConnection, program_id: int, partner_ids: Iterable[int]
) -> dict[int, tuple[Agreement, ...]]:
    """All versions of several partners' agreements, oldest first."""
    given = {"program_id": program_id, "partners": sorted(set(partner_ids))}
    found: dict[int, list[Agreement]] = {}
    for row in await connection.execute(_AGREEMENTS, given):
        found.setdefault(row.partner_id, []).append(read_agreement(*row))
    return {partner_id: tuple(agreements) for partner_id, agreements in found.items()}


async def agreement_at(connection: AsyncConnection, program_id: int, partner_id: int, at: datetime) -> Agreement | None:
    """The version of the agreement in force at a moment; None before the first one, or without such a partner."""
    return in_force(await agreements_of(connection, program_id, partner_id), at)


async def agreement_of(connection: AsyncConnection, program_id: int, partner_id: int, version: int) -> Agreement | None:
    """A version of the agreement by its number, as a conversion or claim pinned it."""
    agreements = await agreements_of(connection, program_id, partner_id)
    return next((agreement for agreement in agreements if agreement.version == version), None)


async def agree(
    connection: AsyncConnection, program_id: int, partner_id: int, definition: AgreementDefinition,
    wished: datetime | None, actor: str,
) -> None:  # fmt: skip
    """The next version of an agreement, if it differs from the newest one or begins at another moment.

    Without a wish it is in force at once, or with the first version where that has not begun.
    """
    agreements = await agreements_of(connection, program_id, partner_id)
    newest = agreements[-1]
    if definition == newest.definition and wished in (None, newest.effective_from):
        return
    if newest.version >= VERSIONS_MAXIMUM:
        raise PartnerRefused("TOO_MANY", "agreement", f"It was changed {VERSIONS_MAXIMUM} times: make a new partner.")
    now = await transaction_time(connection)
    if wished is not None:
        refuse_implausible(wished)
        if wished < now:
            raise PartnerRefused("INVALID", "effectiveFrom", "What was agreed cannot be changed for the past.")
    refuse_mixed_prepaid([*(agreement.definition for agreement in agreements), definition])
    at_once = max(now.replace(microsecond=0), timeline(agreements)[0].effective_from)
    begins = beginning_of(agreements, definition, wished or at_once)
    await publish_agreement(connection, program_id, partner_id, newest.version + 1, definition, begins, actor)


async def publish_agreement(
    connection: AsyncConnection, program_id: int, partner_id: int, version: int, definition: AgreementDefinition,
    effective_from: datetime, actor: str,
) -> None:  # fmt: skip
    given = {
        "program_id": program_id, "partner_id": partner_id, "version": version,
        "definition": definition.model_dump_json(), "effective_from": effective_from, "actor": actor,
    }  # fmt: skip
    await connection.execute(_INSERT_AGREEMENT, given)
    await connection.execute(_LOOK_AGAIN, {"program_id": program_id, "partner_id": partner_id})


def refuse_implausible(moment: datetime) -> None:
    """Whether an agreement can begin then: every calendar has a day for it. Raises PartnerRefused INVALID."""
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        raise PartnerRefused("INVALID", "effectiveFrom", "This lies outside of the years 1970 to 9000.")


def refuse_mixed_prepaid(definitions: Sequence[AgreementDefinition]) -> None:
    """What was paid beforehand is in one currency: all prepaid versions share it. Raises PartnerRefused INVALID."""
    if len({definition.currency for definition in definitions if definition.billing == "prepaid"}) > 1:
        message = "What a partner paid beforehand is in another currency: make a new partner for this one."
        raise PartnerRefused("INVALID", "agreement.currency", message)


def read_agreement(
    partner_id: int, version: int, definition: str, effective_from: datetime, created_at: datetime, created_by: str
) -> Agreement:
    """A version of an agreement as it is kept."""
    return Agreement(partner_id, version, _read_definition(definition), effective_from, created_at, created_by)


@lru_cache(maxsize=1024)
def _read_definition(stored: str) -> AgreementDefinition:
    """A version as it is kept, read once: it never changes."""
    return AgreementDefinition.model_validate_json(stored)
