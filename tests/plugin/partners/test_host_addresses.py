"""Where a host may be: at a public address over https, and on this machine only while developing."""

from __future__ import annotations

import httpx
import pytest

from engine.hosts.store import HostRefused
from plugin.partners.addresses import AddressRefusedError, GuardedTransport, checked_base_url, may_be_called
from plugin.partners.host_client import HostCallError, HostClient
from plugin.partners.keys import new_partner_key
from plugin.payloads.partner_notes import notes_to_partners


def test_an_address_is_kept_as_it_reads() -> None:
    assert checked_base_url(" https://Laurel.Example.com/ ", development=False) == "https://laurel.example.com"
    assert checked_base_url("http://127.0.0.1:8000", development=True) == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "url",
    ["", "laurel.example.com", "http://laurel.example.com", "https://user@laurel.example.com", "https://localhost",
     "https://laurel.example.com/path", "https://laurel.example.com?x=1", "https://laurel.example.com#x",
     "https://laurel.example.com:8443", "https://[::1]", "https://laurel.example.com:x", "https://intern",
     "https://laurel.example.com\\@evil.example.com", "https://laurel.example.com\r\nX: y", "ftp://laurel.example.com",
     "http://127.0.0.1:8000", "https://" + "a" * 250 + ".com", "https://läurel.example.com"],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(HostRefused) as refusal:
        checked_base_url(url, development=False)
    assert refusal.value.code == "ADDRESS_REFUSED"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "2002:a00:1::1", "ff02::1", "nonsense", "fec0::1", "::10.0.0.1", "::93.184.215.14", "::ffff:0:10.0.0.1",
     "192.88.99.1", "::ffff:192.88.99.1"],
)  # fmt: skip
def test_no_inner_address_is_ever_called(address: str) -> None:
    assert not may_be_called(address, development=False)


def test_public_addresses_are_called_and_this_machine_while_developing() -> None:
    assert may_be_called("93.184.215.14", development=False)
    assert may_be_called("2606:2800:21f:cb07:6820:80da:af6b:8b2c", development=False)
    assert may_be_called("127.0.0.1", development=True)
    assert may_be_called("::1", development=True)
    assert not may_be_called("10.0.0.1", development=True)


async def test_a_name_is_checked_as_it_resolves_when_it_is_called() -> None:
    called: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        called.append(request)
        return httpx.Response(200, json={"ok": True})

    async def resolve(host: str, _port: int) -> list[str]:
        return {"good.example.com": ["93.184.215.14"], "bad.example.com": ["93.184.215.14", "10.0.0.1"]}[host]

    guarded = GuardedTransport(development=False, resolve=resolve, transport=httpx.MockTransport(answer))
    async with httpx.AsyncClient(transport=guarded) as http:
        await http.get("https://good.example.com/partner/v1/me")
        with pytest.raises(AddressRefusedError):
            await http.get("https://bad.example.com/partner/v1/me")
    [request] = called
    assert (request.url.host, request.headers["host"]) == ("93.184.215.14", "good.example.com")
    assert request.extensions["sni_hostname"] == "good.example.com"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), "the host answered 302"),
        (httpx.Response(401, json={"error": {"code": "KEY_UNKNOWN"}}), "the host answered 401 (KEY_UNKNOWN)"),
        (httpx.Response(500, json={"error": {"code": "<b>no</b>"}}), "the host answered 500"),
        (httpx.Response(200, text="[]"), "the host answered with something else than JSON"),
        (httpx.Response(200, content=b"x" * (8 * 1024 * 1024 + 1)), "the host's answer is too large"),
    ],
)
async def test_what_a_host_answers_is_bounded_and_nothing_is_followed(answer: httpx.Response, said: str) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as http:
        with pytest.raises(HostCallError) as error:
            await HostClient(http, "https://host.example.com", new_partner_key()).read("/me")
    assert str(error.value) == said


def test_only_notes_to_partners_are_read_and_none_parks_an_order() -> None:
    member = {"name": "laurel_member", "value": " AAAA-BBBB "}
    assert notes_to_partners([member, {"name": "gift", "value": "x"}]) == (("laurel_member", "AAAA-BBBB"),)
    assert notes_to_partners([member, {**member, "value": "CCCC"}]) == (("laurel_member", "AAAA-BBBB"),)
    assert notes_to_partners([{"key": "laurel_click", "value": "C1"}], "key") == (("laurel_click", "C1"),)
    unreadable: tuple[object, ...] = (
        None, [], "x", {}, [1], [{"name": ["x"]}], [{**member, "value": "a b"}], [{**member, "value": 7}],
        [{**member, "value": "x" * 65}], [{"name": {}, "value": "x"}],
    )  # fmt: skip
    for attributes in unreadable:
        assert notes_to_partners(attributes) is None
