"""The Admin API's smaller mutations: tags, metafields and their definitions, segments."""

from __future__ import annotations

import json
from typing import Any

from plugin.devstore.admin_values import Node, user_error
from plugin.devstore.customer_payloads import gid, gid_number
from plugin.devstore.metafields import APP_NAMESPACE
from plugin.devstore.store import Store
from plugin.devstore.times import graphql_time

Input = dict[str, Any]
_MOST_METAFIELDS = 25
_ABSENT = object()


class Writes:
    """One method per mutation; `node` answers what tags were changed on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_tags(self, id: str, tags: list[str]) -> Node:  # noqa: A002  # the schema's own name
        """Add tags to a customer."""
        return self._change_tags(id, add=tags)

    def remove_tags(self, id: str, tags: list[str]) -> Node:  # noqa: A002  # the schema's own name
        """Remove tags from a customer."""
        return self._change_tags(id, remove=tags)

    def _change_tags(self, owner: str, *, add: list[str] | None = None, remove: list[str] | None = None) -> Node:
        customer_id = gid_number(owner, "Customer")
        if customer_id is None:
            return {"node": None, "userErrors": [user_error(["id"], "Resource does not exist")]}
        self._store.people.change_tags(customer_id, add=add or (), remove=remove or ())
        return {"node": {"__typename": "Customer", "id": owner}, "userErrors": []}

    def set_metafields(self, metafields: list[Input]) -> Node:
        """Write up to 25 metafields, all or none; `compareDigest` makes one conditional (null: must not exist)."""
        if len(metafields) > _MOST_METAFIELDS:
            message = f"Exceeded the maximum metafields input limit of {_MOST_METAFIELDS}."
            error = user_error(["metafields"], message, "LESS_THAN_OR_EQUAL_TO", elementIndex=None)
            return {"metafields": None, "userErrors": [error]}
        with self._store.documents.together():
            problems = [self._problem(index, one) for index, one in enumerate(metafields)]
            errors = [problem for problem in problems if problem is not None]
            if errors:
                return {"metafields": None, "userErrors": errors}
            written = [
                self._store.metafield_book.set(
                    one["ownerId"], one.get("namespace") or APP_NAMESPACE, one["key"], _type(one), one["value"]
                )
                for one in metafields
            ]
        return {"metafields": written, "userErrors": []}

    def _problem(self, index: int, given: Input) -> Node | None:
        def refuse(field: str, message: str, code: str) -> Node:
            return user_error(["metafields", str(index), field], message, code, elementIndex=index)

        if gid_number(given["ownerId"]) is None:
            return refuse("ownerId", "Owner does not exist.", "INVALID")
        if not given["value"]:
            return refuse("value", "Value can't be blank.", "BLANK")
        if not _fits(_type(given), given["value"]):
            return refuse("value", f"Value is no valid {_type(given)}.", "INVALID_VALUE")
        expected = given.get("compareDigest", _ABSENT)
        if expected is _ABSENT:
            return None
        namespace = given.get("namespace") or APP_NAMESPACE
        known = self._store.metafields(given["ownerId"]).get(namespace, {}).get(given["key"])
        if expected == (None if known is None else known["compareDigest"]):
            return None
        return refuse("compareDigest", "The resource has been updated since it was loaded.", "STALE_OBJECT")

    def define_metafield(self, definition: Input) -> Node:
        """Add a metafield definition; a second one for the same key is refused as TAKEN."""
        number = self._store.documents.next_id("metafield_definition")
        access = definition.get("access") or {}
        node = {
            "__typename": "MetafieldDefinition",
            "id": gid("MetafieldDefinition", number),
            "name": definition["name"],
            "namespace": definition.get("namespace") or APP_NAMESPACE,
            "key": definition["key"],
            "ownerType": definition["ownerType"],
            "type": {"name": definition["type"], "category": "TEXT"},
            "access": {
                "admin": access.get("admin", "PUBLIC_READ_WRITE"),
                "storefront": access.get("storefront", "NONE"),
                "customerAccount": access.get("customerAccount", "NONE"),
            },
        }
        if self._store.metafield_book.define(node):
            return {"createdDefinition": node, "userErrors": []}
        message = "Key is in use for Customer metafields on the namespace."
        return {"createdDefinition": None, "userErrors": [user_error(["definition", "key"], message, "TAKEN")]}

    def create_segment(self, name: str, query: str) -> Node:
        """Save a customer segment; nobody is sorted into it."""
        at = graphql_time(self._store.clock())
        number = self._store.documents.next_id("segment")
        node = {"id": gid("Segment", number), "name": name, "query": query, "creationDate": at, "lastEditDate": at}
        self._store.documents.put("segment", number, node)
        return {"segment": node, "userErrors": []}


def _type(given: Input) -> str:
    return given.get("type") or "single_line_text_field"


def _fits(type_name: str, value: str) -> bool:
    try:
        match type_name:
            case "json":
                json.loads(value)
            case "number_integer":
                int(value)
            case "boolean":
                return value in ("true", "false")
    except ValueError:
        return False
    return True
