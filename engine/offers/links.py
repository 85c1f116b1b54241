"""The address of a link offer: what a merchant may give, and where one click goes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

CLICK = "{click}"
"""Where the click's id goes."""
_ADDRESS = re.compile(r"[\x21-\x7e]{1,2000}", re.ASCII)
_UNSAFE = frozenset('{}<>"\\')
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def link_address(url: str) -> str:
    """An address with a place for the click's id: https, or plain http on this machine. Raises ValueError."""
    if not _ADDRESS.fullmatch(url) or url.count(CLICK) != 1 or _UNSAFE & set(url.replace(CLICK, "")):
        raise ValueError(f"needs {CLICK} once, and no spaces, braces, quotes or angle brackets besides")
    parts = urlsplit(url)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise ValueError("begins with https://")
    if not parts.hostname or "@" in parts.netloc or CLICK in parts.netloc or CLICK in parts.fragment:
        raise ValueError(f"needs a host without a login, and {CLICK} in its path or query")
    return url


def address_of_click(url: str, click_id: str) -> str:
    """Where a click leads; its id is made of letters and digits only."""
    return url.replace(CLICK, click_id)
