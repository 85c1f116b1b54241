"""What an order's notes say to partner programs: whose member bought, by which click, at which host.

A theme or a landing page writes them, and so may a shopper. Whatever does not read as such a note is left out, as
nothing else hangs on it: an order is never parked for its notes.
"""

from __future__ import annotations

import re

from engine.hosts.naming import NOTE_NAMES

NOTES_READ_MAXIMUM = 100
_VALUE = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)


def notes_to_partners(attributes: object, name_field: str = "name") -> tuple[tuple[str, str], ...] | None:
    """The notes among an order's `note_attributes` that partner programs read; None for most orders, which have none.

    Where a name comes twice the first counts. The Admin API calls the list `customAttributes` and a name `key`.
    """
    if not isinstance(attributes, list) or not attributes:
        return None
    found: dict[str, str] = {}
    for attribute in attributes[:NOTES_READ_MAXIMUM]:
        if not isinstance(attribute, dict):
            continue
        name, value = attribute.get(name_field), attribute.get("value")
        if not isinstance(name, str) or name not in NOTE_NAMES or not isinstance(value, str):
            continue
        if _VALUE.fullmatch(value.strip()):
            found.setdefault(name, value.strip())
    return tuple(sorted(found.items())) or None
