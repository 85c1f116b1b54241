"""What a partner's key and signature are worth: every altered byte, moment or owner is refused, with a reason."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from plugin.partners.keys import PartnerKeyBox, SigningKeyBox, new_partner_key, read_partner_key
from plugin.partners.signatures import SignatureRefusedError, sign, verify
from plugin.partners.tokens import TokenRefusedError, read_keys, sign_payload, verified_payload
from plugin.sealed_box import SealedUnreadableError

SECRET = "5e" * 32
BODY = b'{"reports":[{"report_id":"r-1"}]}'
AT = 1_795_000_000


def test_a_signature_is_what_openssl_makes_of_moment_and_body() -> None:
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-r"], input=f"{AT}.".encode() + BODY, capture_output=True,
        check=True,
    ).stdout.split()[0]  # fmt: skip
    assert sign(SECRET, AT, BODY) == f"t={AT},v1={made.decode()}"


def test_the_documented_example_is_right() -> None:
    text = (Path(__file__).parents[3] / "docs" / "partners.md").read_text(encoding="utf-8")
    assert sign("5e" * 32, 1_795_000_000, b"{}").partition("v1=")[2] in text


def test_a_signature_holds_for_five_minutes_either_way() -> None:
    header = sign(SECRET, AT, BODY)
    verify(SECRET, header, BODY, AT - 300)
    verify(SECRET, header, BODY, AT + 300)
    for now in (AT - 301, AT + 301):
        with pytest.raises(SignatureRefusedError) as refusal:
            verify(SECRET, header, BODY, now)
        assert refusal.value.code == "SIGNATURE_EXPIRED"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "SIGNATURE_MISSING"),
        ("", "SIGNATURE_MISSING"),
        ("v1=" + "0" * 64, "SIGNATURE_MALFORMED"),
        (f"t={AT},v1={'0' * 63}", "SIGNATURE_MALFORMED"),
        (f"t={AT},v1={'0' * 64},v1={'0' * 64}", "SIGNATURE_MALFORMED"),
        (f"t=\N{DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO},v1={'0' * 64}", "SIGNATURE_MALFORMED"),
        (f"t={AT},v1={'0' * 64}\n", "SIGNATURE_MALFORMED"),
        (f"t={AT},v1={'0' * 64}", "SIGNATURE_WRONG"),
        (sign(SECRET, AT, BODY + b" "), "SIGNATURE_WRONG"),
        (sign(SECRET, AT + 1, BODY).replace(str(AT + 1), str(AT)), "SIGNATURE_WRONG"),
        (sign("5f" * 32, AT, BODY), "SIGNATURE_WRONG"),
    ],
)
def test_whatever_is_not_the_signature_is_refused_by_name(header: str | None, code: str) -> None:
    with pytest.raises(SignatureRefusedError) as refusal:
        verify(SECRET, header, BODY, AT)
    assert refusal.value.code == code


def test_a_partners_key_is_read_back_from_its_text_and_from_nothing_else() -> None:
    key = new_partner_key()
    assert read_partner_key(key.text) == key
    assert key.is_secret(key.secret)
    assert not key.is_secret(key.secret[:-1] + "g")
    assert key.secret not in repr(key)
    for text in (
        "",
        key.text + "\n",
        key.text[:-1],
        key.text.upper(),
        key.text.replace("lpk_", "lpk-"),
        f" {key.text}",
    ):
        assert read_partner_key(text) is None


def test_a_sealed_secret_opens_for_its_own_row_alone() -> None:
    box, key = PartnerKeyBox(bytes(32)), new_partner_key()
    sealed = box.seal(1, key)
    assert box.open(1, key.key_id, sealed) == key
    for other, program_id, key_id in (
        (box, 2, key.key_id),
        (box, 1, "a" * 16),
        (PartnerKeyBox(b"1" * 32), 1, key.key_id),
    ):
        with pytest.raises(SealedUnreadableError):
            other.open(program_id, key_id, sealed)
    for_host = box.seal_for_host(1, "https://host.test", key)
    assert box.open_for_host(1, "https://host.test", key.key_id, for_host) == key
    for base_url in ("https://host.test/", "https://elsewhere.test"):
        with pytest.raises(SealedUnreadableError):
            box.open_for_host(1, base_url, key.key_id, for_host)


def test_a_token_carries_exactly_the_recorded_bytes_and_only_a_pinned_key_verifies_it() -> None:
    box = SigningKeyBox(bytes(32))
    public, sealed = box.make(1, 7)
    key = box.open(sealed, 1, 7)
    payload = '{"kind":"issued","points":"3","reference":"Ünïcode"}'.encode()
    token = sign_payload(key, "key-7", payload)
    assert sign_payload(key, "key-7", payload) == token
    assert verified_payload(token, {"key-7": public}) == payload
    assert base64.urlsafe_b64decode(token.split(".")[1] + "==") == payload
    other, _ = box.make(1, 8)
    for keys in ({"key-7": other}, {"key-8": public}, {}):
        with pytest.raises(TokenRefusedError):
            verified_payload(token, keys)


def test_an_altered_or_unsigned_token_is_refused() -> None:
    box = SigningKeyBox(bytes(32))
    public, sealed = box.make(1, 7)
    header, payload, signature = sign_payload(box.open(sealed, 1, 7), "key-7", b'{"points":"3"}').split(".")
    altered = _encoded(b'{"points":"4"}')
    unsigned = _encoded(json.dumps({"alg": "none", "kid": "key-7"}).encode())
    shared = _encoded(json.dumps({"alg": "HS256", "kid": "key-7"}).encode())
    for token in (
        f"{header}.{altered}.{signature}", f"{unsigned}.{payload}.", f"{unsigned}.{payload}.{signature}",
        f"{shared}.{payload}.{signature}", f"{header}.{payload}", "", "...", f"{header}.{payload}.{signature}.",
    ):  # fmt: skip
        with pytest.raises(TokenRefusedError):
            verified_payload(token, {"key-7": public})


def test_of_a_set_of_keys_only_public_ed25519_ones_are_pinned() -> None:
    public, _ = SigningKeyBox(bytes(32)).make(1, 7)
    good = {**public, "kid": "key-7", "alg": "EdDSA", "use": "sig"}
    assert read_keys({"keys": [good, {**good, "kid": "x", "kty": "RSA"}, {**good, "kid": 7}, "no"]}) == {
        "key-7": public
    }
    documents: tuple[object, ...] = (
        None,
        [],
        {},
        {"keys": []},
        {"keys": [{**good, "d": "A" * 43}]},
        {"keys": [{**good, "x": "A"}]},
    )
    for document in documents:
        with pytest.raises(TokenRefusedError):
            read_keys(document)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
