"""Which hosts an order is to be reported to: those whose member, click or code it names. Pure.

An order's notes `laurel_member` and `laurel_click` are for the host that `laurel_host` names by its handle; without it
for the only host, and for none where there are several: nobody learns of an order that was meant for somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.events import Order

MEMBER_NOTE = "laurel_member"
CLICK_NOTE = "laurel_click"
HOST_NOTE = "laurel_host"
NOTE_NAMES = frozenset([MEMBER_NOTE, CLICK_NOTE, HOST_NOTE])
CODE_LENGTH_MAXIMUM = 64


class NamingHost(NamedTuple):
    """What of a host decides whether an order is for it."""

    host_id: int
    handle: str
    code_prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What an order names of one host: at least one of the three."""

    member: str | None = None
    code: str | None = None
    click: str | None = None

    def to_json(self) -> dict[str, str]:
        """As it is kept, and as a report carries it."""
        pairs = (("member", self.member), ("code", self.code), ("click", self.click))
        return {name: value for name, value in pairs if value is not None}


def named_hosts(order: Order, hosts: Sequence[NamingHost]) -> dict[int, Named]:
    """What an order names, by host."""
    notes = dict(order.partner_notes or ())
    noted = _noted_host(notes, hosts)
    found = {}
    for host in hosts:
        member, click = (notes.get(MEMBER_NOTE), notes.get(CLICK_NOTE)) if host == noted else (None, None)
        named = Named(member, _code_of(order, host), click)
        if named != Named():
            found[host.host_id] = named
    return found


def _noted_host(notes: Mapping[str, str], hosts: Sequence[NamingHost]) -> NamingHost | None:
    handle = notes.get(HOST_NOTE)
    if handle is not None:
        return next((host for host in hosts if host.handle == handle), None)
    return hosts[0] if len(hosts) == 1 else None


def _code_of(order: Order, host: NamingHost) -> str | None:
    """The first code of an order that begins as the host's codes do, in any case of letters, as the order has it."""
    for discount in order.discounts:
        code = discount.code
        if len(code) <= CODE_LENGTH_MAXIMUM and code.upper().startswith(host.code_prefixes):
            return code
    return None
