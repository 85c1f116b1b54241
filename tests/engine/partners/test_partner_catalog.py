"""Partners are made, changed by new versions, paused and archived; of two editors at once one is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import tenant_transaction
from engine.partners import catalog
from engine.partners.catalog import (
    PartnerRefused,
    agreement_at,
    agreements_of,
    archive_partner,
    create_partner,
    partner_by_handle,
    partner_of,
    partners_of,
    pause_partner,
    resume_partner,
    update_partner,
)
from engine.partners.cycles import cycle_of
from engine.partners.definitions import PartnerProfile
from tests.support.partners import MONTHS_AGO, Partnering, agreement

pytestmark = pytest.mark.anyio
COFFEE = PartnerProfile(name="Harbor Coffee", website="https://harbor-coffee.example", about="Roasted by the sea.")


async def test_a_partner_is_found_by_its_id_and_handle_with_the_agreement_of_each_moment(
    partnering: Partnering,
) -> None:
    # Given a partner whose agreement began in October
    partner = await partnering.meet()
    program = partnering.program_id
    # When the rate is changed now, and the currency after that
    dearer = await partnering.agree(partner, buy_rate="0.02")
    euros = await partnering.agree(partner, buy_rate="0.02", currency="EUR")
    # Then the rate holds from now on, and the currency from the end of the running month
    async with tenant_transaction(partnering.engine, program) as connection:
        agreed = await agreements_of(connection, program, partner.partner_id)
        assert [one.version for one in agreed] == [1, 2, 3]
        assert euros.effective_from == cycle_of(agreed[:2], dearer.effective_from).ends_at
        moments = (
            MONTHS_AGO - timedelta(seconds=1), MONTHS_AGO, dearer.effective_from,
            euros.effective_from - timedelta(seconds=1), euros.effective_from,
        )  # fmt: skip
        found = [await agreement_at(connection, program, partner.partner_id, at) for at in moments]
        assert [one.version if one else None for one in found] == [None, 1, 2, 2, 3]
        # And it is found by either name, at version 3 of its row, and by nobody else
        known = await partner_of(connection, program, partner.partner_id)
        assert known is not None
        assert (known.version, known.profile.name, known.is_active) == (3, "Harbor Coffee", True)
        assert await partner_by_handle(connection, program, "harbor-coffee") == known
        assert await partners_of(connection, program) == (known,)
        assert await partner_by_handle(connection, program, "tea-house") is None
        assert await agreements_of(connection, program + 1, partner.partner_id) == ()
    async with tenant_transaction(partnering.engine, program + 1) as connection:
        assert await partner_of(connection, program, partner.partner_id) is None
    assert await partnering.breaches() == {}


async def test_the_same_agreement_again_makes_no_version_and_a_profile_changes_by_itself(
    partnering: Partnering,
) -> None:
    partner = await partnering.meet()
    program = partnering.program_id
    async with tenant_transaction(partnering.engine, program) as connection:
        changed = await update_partner(
            connection, program, partner.partner_id, expected_version=1, actor="tests", profile=COFFEE,
            agreement=agreement(),
        )  # fmt: skip
        assert (changed.profile, changed.version) == (COFFEE, 2)
        assert len(await agreements_of(connection, program, partner.partner_id)) == 1


async def test_what_is_agreed_for_later_is_changed_for_later_unless_it_is_wished_for_earlier(
    partnering: Partnering,
) -> None:
    # Given a partner whose agreement begins in a year
    program, begins = partnering.program_id, datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    async with tenant_transaction(partnering.engine, program) as connection:
        partner = await create_partner(
            connection, program, "later", COFFEE, agreement(), actor="tests", effective_from=begins
        )
    # When it is changed without a word of when, the change begins with it, also where it changes the calendar
    assert (await partnering.agree(partner, buy_rate="0.02")).effective_from == begins
    assert (await partnering.agree(partner, cycle="week")).effective_from == begins
    # And the same again for the same moment makes no version, while an earlier one does
    assert (await partnering.agree(partner, begins, cycle="week")).version == 3
    earlier = await partnering.agree(partner, begins - timedelta(days=30), cycle="week")
    assert (earlier.version, earlier.effective_from) == (4, begins - timedelta(days=30))


async def test_what_cannot_be_made_or_changed_is_refused_by_name(
    partnering: Partnering, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = await partnering.meet()
    program, number = partnering.program_id, partner.partner_id
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    async def refused(connection: AsyncConnection, **changes: object) -> str:
        given = {"expected_version": 1, "actor": "tests", **changes}
        which = given.pop("partner_id", number)
        with pytest.raises(PartnerRefused) as error:
            await update_partner(connection, program, which, **given)  # type: ignore[arg-type]
        return error.value.code

    async with tenant_transaction(partnering.engine, program) as connection:
        for handle, code in (("Harbor", "HANDLE_INVALID"), ("", "HANDLE_INVALID"), ("harbor-coffee", "HANDLE_TAKEN")):
            with pytest.raises(PartnerRefused) as error:
                await create_partner(connection, program, handle, COFFEE, agreement(), actor="tests")
            assert error.value.code == code
        with pytest.raises(PartnerRefused) as error:
            await create_partner(
                connection, program, "far-off", COFFEE, agreement(), actor="tests",
                effective_from=datetime(9999, 1, 1, tzinfo=UTC),
            )  # fmt: skip
        assert error.value.code == "INVALID"
        assert await refused(connection, partner_id=number + 1) == "PARTNER_NOT_FOUND"
        assert await refused(connection, expected_version=2) == "VERSION_CONFLICT"
        past = {"agreement": agreement(hold_days=3), "effective_from": MONTHS_AGO}
        assert await refused(connection, **past) == "INVALID"
        # Money paid beforehand is in one currency for good
        await update_partner(
            connection, program, number, expected_version=1, actor="tests", agreement=agreement(billing="prepaid"),
            effective_from=tomorrow,
        )  # fmt: skip
        euros = agreement(billing="prepaid", currency="EUR")
        assert await refused(connection, expected_version=2, agreement=euros) == "INVALID"
        monkeypatch.setattr(catalog, "LIVE_MAXIMUM", 1)
        with pytest.raises(PartnerRefused, match="at most 1"):
            await create_partner(connection, program, "tea-house", COFFEE, agreement(), actor="tests")


async def test_a_pause_can_be_undone_and_an_end_cannot(partnering: Partnering) -> None:
    partner = await partnering.meet()
    program, number = partnering.program_id, partner.partner_id
    async with tenant_transaction(partnering.engine, program) as connection:
        paused = await pause_partner(connection, program, number, expected_version=1)
        assert (paused.is_active, paused.version) == (False, 2)
        assert await pause_partner(connection, program, number, expected_version=2) == paused
        resumed = await resume_partner(connection, program, number, expected_version=2)
        assert (resumed.is_active, resumed.paused_at, resumed.version) == (True, None, 3)
        archived = await archive_partner(connection, program, number, expected_version=3)
        assert (archived.is_active, archived.version) == (False, 4)
        assert await partners_of(connection, program, archived=False) == ()
        for change in (pause_partner, resume_partner, archive_partner):
            with pytest.raises(PartnerRefused) as error:
                await change(connection, program, number, expected_version=4)
            assert error.value.code == "ARCHIVED"


async def test_of_two_editors_at_once_the_second_is_told(partnering: Partnering) -> None:
    partner = await partnering.meet()

    async def edit(hold_days: int) -> str:
        try:
            async with tenant_transaction(partnering.engine, partnering.program_id) as connection:
                await update_partner(
                    connection, partnering.program_id, partner.partner_id, expected_version=1, actor="tests",
                    agreement=agreement(hold_days=hold_days),
                )  # fmt: skip
        except PartnerRefused as refused:
            return refused.code
        return "changed"

    assert sorted(await asyncio.gather(edit(1), edit(2))) == ["VERSION_CONFLICT", "changed"]
