"""Keys of partners and signatures of their events, as they are kept; and amounts put right by hand."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from engine.database import tenant_transaction
from engine.idempotency import IdempotencyKeyReused
from engine.partners import key_store
from engine.partners.adjusting import adjust
from engine.partners.catalog import archive_partner
from engine.partners.key_store import add_key, key_of, keys_of, program_of_key, revoke_key, touch
from engine.partners.refusals import PartnerRefused
from engine.partners.signing_store import (
    add_signing_key,
    new_signing_key_id,
    partners_to_sign,
    sign_events,
    sign_everything,
    signed_events,
    signing_keys,
)
from tests.support.partners import Partnering, happening
from tests.support.partners import token as sign

pytestmark = pytest.mark.anyio


async def test_a_key_leads_to_its_program_and_is_good_until_it_is_revoked(
    partnering: Partnering, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = await partnering.meet()
    program, number = partnering.program_id, partner.partner_id
    async with tenant_transaction(partnering.engine, program) as connection:
        key = await add_key(connection, program, number, key_id="k1", label=" till ", secret=b"\x00s", actor="tests")
        assert (key.label, key.secret, key.last_used_at, key.revoked_at) == ("till", b"\x00s", None, None)
        assert "s" not in repr(key).split("created_at")[0].split("label")[1].replace("'till'", "")
        await touch(connection, program, "k1")
        revoked = await revoke_key(connection, program, "k1")
        assert revoked.revoked_at is not None
        assert revoked.last_used_at is not None
        assert await revoke_key(connection, program, "k1") == revoked == await key_of(connection, program, "k1")
        await add_key(connection, program, number, key_id="k2", label="new", secret=b"t", actor="tests")
        assert [one.key_id for one in await keys_of(connection, program, number)] == ["k1", "k2"]
        monkeypatch.setattr(key_store, "KEYS_MAXIMUM", 1)
        for label, which, code in (
            ("", number, "INVALID"), ("a\nb", number, "INVALID"), ("x" * 81, number, "INVALID"),
            ("more", number, "TOO_MANY"), ("more", number + 1, "PARTNER_NOT_FOUND"),
        ):  # fmt: skip
            with pytest.raises(PartnerRefused) as refused:
                await add_key(connection, program, which, key_id="k3", label=label, secret=b"u", actor="tests")
            assert refused.value.code == code
        with pytest.raises(PartnerRefused, match="no such key"):
            await revoke_key(connection, program, "k3")
        await archive_partner(connection, program, number, expected_version=1)
        with pytest.raises(PartnerRefused, match="archived"):
            await add_key(connection, program, number, key_id="k3", label="late", secret=b"u", actor="tests")
    # The directory is read without a tenant, and tells nothing but whose it is; another program cannot take the name
    async with partnering.engine.connect() as bare:
        assert [await program_of_key(bare, name) for name in ("k1", "k3")] == [program, None]
        assert await key_of(bare, program, "k1") is None
    with pytest.raises(IntegrityError):
        await partnering.rows("INSERT INTO partner_key_directory VALUES ('k1', 1) RETURNING key_id")
    assert await partnering.breaches() == {}


async def test_events_are_signed_in_order_once_each_while_others_write_and_sign(partnering: Partnering) -> None:
    # Given two partners with events
    program = partnering.program_id
    partners = [await partnering.meet(handle) for handle in ("harbor-coffee", "tea-house")]
    agreed = [await partnering.agreed(partner) for partner in partners]
    for one in agreed:
        await partnering.record(one, *(happening(one, "issued", f"{number}", number) for number in range(1, 6)))

    async def signing(index: int, most: int) -> int:
        async with tenant_transaction(partnering.engine, program) as connection:
            return await sign_events(connection, program, partners[index].partner_id, sign, most)

    async def to_sign() -> list[tuple[int, int]]:
        async with tenant_transaction(partnering.engine, program) as connection:
            return await partners_to_sign(connection)

    assert await to_sign() == [(program, partner.partner_id) for partner in partners]
    # When several sign at once, while more is written
    more = happening(agreed[0], "issued", "more", 9)
    results = await asyncio.gather(signing(0, 3), signing(0, 3), signing(1, 9), partnering.record(agreed[0], more))
    assert [results[0] + results[1] >= 5, results[2]] == [True, 5]
    async with tenant_transaction(partnering.engine, program) as connection:
        await sign_everything(connection, program, partners[0].partner_id, sign)
        # Then each event has one signature, positions follow the order of events, and a reader's pages miss none
        page = await signed_events(connection, program, partners[0].partner_id, 0, 4)
        rest = await signed_events(connection, program, partners[0].partner_id, page[-1].position, 1_000)
    read = [*page, *rest]
    assert [event.event_id for event in read] == sorted({event.event_id for event in read})
    assert len(read) == 6
    assert await to_sign() == []
    assert await partnering.breaches() == {}
    # And where signing fails, nothing is signed
    await partnering.record(agreed[0], happening(agreed[0], "issued", "yet more", 9))
    with pytest.raises(ZeroDivisionError):
        async with tenant_transaction(partnering.engine, program) as connection:
            await sign_events(connection, program, partners[0].partner_id, lambda _: str(1 // 0))
    assert await to_sign() == [(program, partners[0].partner_id)]


async def test_a_new_signing_key_retires_the_one_before_it_which_goes_on_to_verify(partnering: Partnering) -> None:
    program = partnering.program_id
    async with tenant_transaction(partnering.engine, program) as connection:
        assert await signing_keys(connection, program, lock=True) == ()
        ids = [await new_signing_key_id(connection) for _ in range(2)]
        for key_id in ids:
            await add_signing_key(connection, program, key_id, {"kty": "OKP", "x": str(key_id)}, b"sealed")
        keys = await signing_keys(connection, program)
    assert [(key.key_id, key.retired, key.public_key["x"]) for key in keys] == [
        (ids[1], False, str(ids[1])), (ids[0], True, str(ids[0])),
    ]  # fmt: skip


async def test_an_amount_by_hand_is_an_event_with_its_reason_once_for_a_key(partnering: Partnering) -> None:
    # Given an event that was wrong
    partner = await partnering.meet()
    program, number = partnering.program_id, partner.partner_id
    agreed = await partnering.agreed(partner)
    (wrong,) = await partnering.record(agreed, happening(agreed, "issued", "1", 150))
    given = {
        "amount_minor": -125, "points": -125, "reason": "Counted twice", "corrects": wrong, "actor": "staff 1",
        "idempotency_key": "a",
    }  # fmt: skip
    async with tenant_transaction(partnering.engine, program) as connection:
        # When it is put right twice with the same key
        event = await adjust(connection, program, number, **given)  # type: ignore[arg-type]
        assert await adjust(connection, program, number, **given) == event  # type: ignore[arg-type]
        # Then it is one event; the same key with another amount is refused, and so is what makes no sense
        with pytest.raises(IdempotencyKeyReused):
            await adjust(connection, program, number, **{**given, "amount_minor": 1})  # type: ignore[arg-type]
        for changes, code in (
            ({"amount_minor": 0}, "INVALID"), ({"amount_minor": 10**12 + 1}, "INVALID"), ({"points": 2**53}, "INVALID"),
            ({"reason": "\n"}, "INVALID"), ({"actor": ""}, "INVALID"), ({"corrects": event + 1}, "EVENT_NOT_FOUND"),
        ):  # fmt: skip
            with pytest.raises(PartnerRefused) as refused:
                await adjust(connection, program, number, **{**given, "idempotency_key": "b", **changes})  # type: ignore[arg-type]
            assert refused.value.code == code
        with pytest.raises(PartnerRefused, match="no such partner"):
            await adjust(connection, program, number + 1, **given)  # type: ignore[arg-type]
    rows = await partnering.rows(
        "SELECT kind, points, micros, reference, corrects, actor FROM partner_events WHERE event_id = :event",
        event=event,
    )
    assert rows == [("adjusted", -125, -125_000_000, "Counted twice", wrong, "staff 1")]
    assert await partnering.breaches() == {}
