"""Whom a row of a merchant's file is about: an id as Shopify shows it, or the e-mail address of a verified customer."""

from __future__ import annotations

from collections.abc import Mapping

from engine.files.rows import CustomerReader, CustomerReference, RowProblem, identifier
from plugin.payloads import EmailKeys

_GID = "gid://shopify/Customer/"
_ADDRESS_MAXIMUM = 320


def customer_reader(keys: EmailKeys | None) -> CustomerReader:
    """Reads `customer_id`, else `email`. Without keys no address can be recognized.

    An address is compared in one spelling, as everywhere; one with letters outside of ASCII is refused, because those
    may only look like others.
    """

    def read(cells: Mapping[str, str]) -> CustomerReference:
        given, address = cells.get("customer_id", ""), cells.get("email", "")
        if given:
            return identifier(given.removeprefix(_GID))
        if not address:
            raise RowProblem("customer-missing")
        if keys is None:
            raise RowProblem("email-unreadable")
        if not address.isascii():
            raise RowProblem("look-alike")
        name, _, host = address.partition("@")
        if len(address) > _ADDRESS_MAXIMUM or not name or not host or not address.isprintable() or " " in address:
            raise RowProblem("customer-invalid")
        return keys.of(address)

    return read
