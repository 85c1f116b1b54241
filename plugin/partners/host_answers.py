"""What a host answers, read strictly: lists, events with their places, and what its signatures hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine.hosts.checking import EventUnreadable, HostEvent, read_event
from engine.hosts.keys import Aside
from engine.hosts.receiving import Received
from engine.hosts.reporting import HostAnswer
from engine.hosts.store import Host
from plugin.partners.host_client import HostCallError
from plugin.partners.tokens import TokenRefusedError, UnknownKeyError, verified_payload

EVENTS_PAGE = 500
EVENT_TOKEN_MAXIMUM = 32 * 1024


class UntrustedError(Exception):
    """What a host sent does not verify, or contradicts itself: nothing of it is kept."""


def listed(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects in a host's answer. Raises HostCallError."""
    found = document.get(name)
    if not isinstance(found, list) or len(found) > EVENTS_PAGE or not all(isinstance(one, dict) for one in found):
        raise HostCallError(f"the host's {name} cannot be read")
    return found


def settled(answer: Mapping[str, Any]) -> HostAnswer:
    """What became of a report."""
    kept = {name: answer.get(name) for name in ("state", "code", "message", "conversion")}
    return HostAnswer(str(answer["report_id"]), "refused" if answer.get("state") == "refused" else "accepted", kept)


def received(host: Host, found: Sequence[Mapping[str, Any]], after: int) -> tuple[list[Received], list[Aside]]:
    """A page of events: those up to the first whose key is not trusted here, and that one with all behind it.

    Events are held against what came before them, so that none is read before its turn. Raises UntrustedError.
    """
    taken: list[Received] = []
    aside: list[Aside] = []
    for position, token in _places(found, after):
        if not aside:
            try:
                taken.append(Received(position, event(host, token), token))
                continue
            except UnknownKeyError as unknown:
                key_name = unknown.name
        if len(token) > EVENT_TOKEN_MAXIMUM:
            raise UntrustedError("an event is too long")
        aside.append(Aside(position, key_name.replace("\0", ""), token.replace("\0", "")))
    return taken, aside


def _places(found: Sequence[Mapping[str, Any]], after: int) -> list[tuple[int, str]]:
    places = []
    for one in found:
        position, token = one.get("position"), one.get("token")
        if not isinstance(position, str) or not position.isdigit() or len(position) > 18 or not isinstance(token, str):
            raise UntrustedError("an event without a position or token")
        if int(position) <= after:
            raise UntrustedError("the host's events are not in their order")
        after = int(position)
        places.append((after, token))
    return places


def token_in(line: str, name: str) -> str:
    """The token in a line of a statement's file. Raises UntrustedError."""
    try:
        content = orjson.loads(line)
    except ValueError:
        content = None
    token = content.get(name) if isinstance(content, dict) else None
    if not isinstance(token, str):
        raise UntrustedError(f"a statement without its {name}")
    return token


def event(host: Host, token: str) -> HostEvent:
    """The event that a token holds. Raises UntrustedError, and UnknownKeyError where nobody can tell."""
    try:
        return read_event(payload(host, token))
    except EventUnreadable as error:
        raise UntrustedError(f"an event cannot be read: {error}") from None


def payload(host: Host, token: str) -> bytes:
    """What a token says. Raises UntrustedError, and UnknownKeyError where nobody can tell."""
    try:
        return verified_payload(token, host.public_keys)
    except UnknownKeyError:
        raise
    except TokenRefusedError as refusal:
        raise UntrustedError(f"a signature does not hold: {refusal}") from None
