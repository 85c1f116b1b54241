"""Which addresses of other programs may be called: public ones over https, and this machine while developing.

A merchant types the address of a host, so it could be that of something inside our network. It is checked as it is
typed, and again as each connection is made, against the addresses that the name really resolves to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx

from engine.hosts.store import HostRefused

ADDRESS_MAXIMUM_LENGTH = 200
CONNECTIONS_MAXIMUM = 20
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?", re.ASCII)
_LOOPBACK_NAMES = ("127.0.0.1", "localhost")
_TUNNELS = tuple(
    ipaddress.ip_network(net)
    for net in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
)
"""IPv6 networks that carry any IPv4 address inside, and the inner ones of old that Python holds for public."""
_RELAYS = ipaddress.ip_network("192.88.99.0/24")
"""Where IPv4 once went over into 6to4."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


class AddressRefusedError(Exception):
    """A name resolves to an address that may not be called."""


def checked_base_url(given: str, *, development: bool) -> str:
    """The address of a program as it is kept, without a path. Raises HostRefused (ADDRESS_REFUSED)."""
    refused = HostRefused("ADDRESS_REFUSED", "baseUrl", "The address reads https://name, with nothing behind it.")
    url = given.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refused from None
    is_local = development and parts.scheme == "http" and host in _LOOPBACK_NAMES
    if len(url) > ADDRESS_MAXIMUM_LENGTH or (parts.scheme != "https" and not is_local) or not _HOST.fullmatch(host):
        raise refused
    # As it was read is as it is kept: no login, no path, no query, and nothing that another reader takes otherwise.
    if url.lower() != f"{parts.scheme}://{host}" + (f":{port}" if port is not None else ""):
        raise refused
    if not is_local and (port not in (None, 443) or "." not in host):
        raise refused
    return url.lower()


def may_be_called(address: str, *, development: bool) -> bool:
    """Whether an address is public; loopback too while developing."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif not found.is_loopback and any(found in net for net in _TUNNELS):
            return False
    if development and found.is_loopback:
        return True
    return found.is_global and not found.is_multicast and found not in _RELAYS


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to no address but those that may be called, whatever a name resolves to by then."""

    def __init__(
        self, *, development: bool, resolve: Resolve | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._development = development
        self._resolve = resolve or _resolved
        # A connection is the name's that it was made for: kept ones are found again by their address alone.
        limits = httpx.Limits(max_connections=CONNECTIONS_MAXIMUM, max_keepalive_connections=0)
        self._transport = transport or httpx.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Forward one request to the address that was checked. Raises AddressRefusedError."""
        host = request.url.host
        try:
            addresses = await self._resolve(host, request.url.port or 443)
        except OSError as error:
            raise httpx.ConnectError(f"the name cannot be resolved ({type(error).__name__})") from error
        if not addresses or not all(may_be_called(one, development=self._development) for one in addresses):
            raise AddressRefusedError(host)
        request.url = request.url.copy_with(host=addresses[0])
        request.extensions = {**request.extensions, "sni_hostname": host}  # the certificate is the name's
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


async def _resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
