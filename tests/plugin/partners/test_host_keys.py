"""A host signs with another key: taken where the old one vouches for it, else only by a person, and nothing is lost."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from engine.database import tenant_transaction
from engine.hosts.keys import keys_of_host, renew_keys
from engine.hosts.store import Host, HostRefused
from engine.partners.signing_store import fingerprint, signing_keys
from plugin.partners.host_keys import Offered, vouched_keys
from plugin.partners.tokens import sign_payload, voucher_payload
from tests.support.two_programs import TwoPrograms, bought_with, connected, returned

KEYS = {name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number, name in enumerate("ABCD", 1)}


def jwk(name: str) -> dict[str, Any]:
    """The public half of a key."""
    public = OKPAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True)
    return {"kty": "OKP", "crv": "Ed25519", "x": public["x"]}


def voucher(name: str, after: str, *, by: str = "", said: str = "") -> str:
    """What `after` says of a key; `by` who signs it in truth, `said` for which key it was written."""
    return sign_payload(KEYS[by or after], after, voucher_payload(said or name, jwk(said or name), after))


@pytest.mark.parametrize(
    ("vouchers", "followers"),
    [
        ({"B": voucher("B", "A")}, ["B"]),
        ({"C": voucher("C", "B"), "B": voucher("B", "A")}, ["B", "C"]),
        ({}, []),
        ({"C": voucher("C", "B")}, []),
        ({"B": voucher("B", "A", by="C")}, []),
        ({"B": voucher("B", "A", said="C")}, []),
        ({"B": voucher("B", "D")}, []),
        ({"B": sign_payload(KEYS["A"], "A", b"{}")}, []),
        ({"B": "no token"}, []),
    ],
)
def test_only_the_key_that_signs_now_vouches_for_the_next(vouchers: dict[str, str], followers: list[str]) -> None:
    """D is pinned, too, but was replaced by A: it may lie about."""
    offered = Offered({name: jwk(name) for name in "BCA"}, vouchers)
    assert vouched_keys({"A": jwk("A"), "D": jwk("D")}, "A", offered) == followers


async def _replace(two: TwoPrograms) -> tuple[str, str]:
    """The host replaces its key; the fingerprints of the old one and the new."""
    async with tenant_transaction(two.host.engine, two.host.program_id) as connection:
        [old] = await signing_keys(connection, two.host.program_id)
        signers = two.app.services.desk.signers
        assert await signers.replace(connection, two.host.program_id, f"key-{old.key_id}")
        assert not await signers.replace(connection, two.host.program_id, f"key-{old.key_id}")
        [new, _] = await signing_keys(connection, two.host.program_id)
    return fingerprint(old.public_key), fingerprint(new.public_key)


def _read(host: Host) -> list[tuple[str, bool, bool]]:
    return [(one.fingerprint, one.signs, one.since is not None) for one in keys_of_host(host)]


async def test_a_key_that_the_old_one_vouches_for_is_taken_by_itself(two: TwoPrograms) -> None:
    coffee, number = await connected(two)
    await two.happen(bought_with(501, number))
    await two.meet()
    await two.sign()
    old, new = await _replace(two)
    await two.happen(returned(501, "20.00"))
    await two.meet()
    await two.sign()
    statement = await two.statement(coffee)

    host = await two.meet()

    assert (host.failures, host.last_error, host.statements_until) == (0, None, 1)
    assert _read(host) == [(new, True, True), (old, False, True)]
    assert keys_of_host(host)[0].by == keys_of_host(host)[1].name
    assert [one["verdict"] for one in await two.kept("SELECT verdict FROM host_events")] == ["agreed", "agreed"]
    assert await two.kept("SELECT 1 FROM host_events_aside") == []
    assert await two.answers(statement) == [(True, [])]
    assert await two.breaches() == {}


async def test_what_an_unknown_key_signed_waits_for_a_person_and_is_not_lost(
    two: TwoPrograms, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    coffee, number = await connected(two)
    await two.happen(bought_with(501, number))
    await two.meet()
    await two.sign()
    # As after a change of the host's encryption key: its old signing key cannot be opened, and vouches for nothing.
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE partner_signing_keys SET private_key = 'sealed with another key'")
    monkeypatch.setattr(two.app.services.desk.signers, "_opened", {})
    old, new = await _replace(two)
    await two.happen(returned(501, "20.00"))
    await two.meet()
    await two.sign()
    statement = await two.statement(coffee)

    waiting = await two.meet()
    again = await two.meet()
    aside = await two.kept("SELECT key_name, position > read_until AS later FROM host_events_aside, partner_hosts")
    kept = await two.kept("SELECT kind FROM host_events")
    await two.happen(bought_with(502, number))
    await two.meet()
    reported = await two.kept("SELECT state FROM host_reports WHERE reference = '502'")
    with pytest.raises(HostRefused) as refusal:
        async with tenant_transaction(two.engine, two.program_id) as connection:
            await renew_keys(connection, two.program_id, waiting.host_id, [old], actor="staff:7")
    async with tenant_transaction(two.engine, two.program_id) as connection:
        await renew_keys(connection, two.program_id, waiting.host_id, [new], actor="staff:7")
    host = await two.meet()

    assert (waiting.failures, waiting.last_error, waiting.statements_until) == (0, None, 0)
    assert _read(waiting) == _read(again) == [(old, True, True), (new, True, False)]
    assert aside == [{"key_name": waiting.offered_keys[0]["kid"], "later": True}]
    assert kept == [{"kind": "issued"}]
    assert reported == [{"state": "accepted"}]
    assert refusal.value.code == "KEYS_CHANGED"
    assert _read(host) == [(new, True, True), (old, False, True)]
    assert keys_of_host(host)[0].by == "staff:7"
    assert await two.kept("SELECT 1 FROM host_events_aside") == []
    assert await two.answers(statement) == [(True, [])]
    assert await two.breaches() == {}


async def test_nothing_is_believed_of_what_a_stranger_signed(two: TwoPrograms, database_url: str) -> None:
    _, number = await connected(two)
    await two.happen(bought_with(501, number))
    await two.meet()
    await two.sign()
    with psycopg.connect(database_url, autocommit=True) as owner:
        [(payload, token)] = owner.execute(
            "SELECT payload, token FROM partner_events JOIN partner_event_signatures USING (event_id)"
        ).fetchall()
        stranger = sign_payload(KEYS["A"], "unpublished", payload.encode())
        owner.execute("UPDATE partner_event_signatures SET token = %s", (stranger,))
        unpublished = await two.meet()
        aside = await two.kept("SELECT token FROM host_events_aside")
        thief = sign_payload(KEYS["A"], unpublished.signing_key, payload.encode())
        owner.execute("UPDATE partner_event_signatures SET token = %s", (thief,))
        refused = await two.meet()
        owner.execute("UPDATE partner_event_signatures SET token = %s", (token,))
    assert (unpublished.failures, unpublished.offered_keys, unpublished.read_until) == (0, [], 0)
    assert aside == [{"token": stranger}]
    assert (refused.failures, refused.read_until) == (1, 0)
    assert refused.last_error == "a signature does not hold: not a good token (InvalidSignatureError)"
    host = await two.meet()
    assert (host.failures, await two.kept("SELECT verdict FROM host_events")) == (0, [{"verdict": "agreed"}])
    assert await two.kept("SELECT 1 FROM host_events_aside") == []
