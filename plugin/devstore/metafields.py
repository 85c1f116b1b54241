"""Metafields and their definitions, with compare-and-set by digest."""

from __future__ import annotations

import hashlib
from typing import Any

from plugin.devstore.documents import Documents
from plugin.devstore.times import Clock, graphql_time

APP_NAMESPACE = "$app"


class Metafields:
    """Metafields by owner gid, namespace and key. App-owned namespaces are kept as the app writes them, `$app:…`."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock

    def of(self, owner: str) -> dict[str, dict[str, dict[str, Any]]]:
        """namespace → key → `{id, namespace, key, type, value, compareDigest, createdAt, updatedAt}`."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for metafield in (self._documents.get("metafields", owner) or {"list": []})["list"]:
            found.setdefault(metafield["namespace"], {})[metafield["key"]] = metafield
        return found

    def listed(self, owner: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """The metafields of an owner, of one namespace or of all, oldest first."""
        everything = (self._documents.get("metafields", owner) or {"list": []})["list"]
        return [one for one in everything if namespace is None or one["namespace"] == namespace]

    def set(self, owner: str, namespace: str, key: str, type_name: str, value: str) -> dict[str, Any]:
        """Write one; returns it."""
        at = graphql_time(self._clock())
        everything = self.listed(owner)
        before = next((one for one in everything if (one["namespace"], one["key"]) == (namespace, key)), None)
        metafield = {
            "id": before["id"] if before else f"gid://shopify/Metafield/{self._documents.next_id('metafield')}",
            "namespace": namespace,
            "key": key,
            "type": type_name,
            "value": value,
            "compareDigest": hashlib.sha256(f"{type_name}\0{value}".encode()).hexdigest(),
            "createdAt": before["createdAt"] if before else at,
            "updatedAt": at,
        }
        kept = [one for one in everything if one is not before]
        self._documents.put("metafields", owner, {"list": [*kept, metafield]})
        return metafield

    def define(self, definition: dict[str, Any]) -> bool:
        """Add a definition; False when its owner type, namespace and key have one."""
        key = "/".join((definition["ownerType"], definition["namespace"], definition["key"]))
        if self._documents.get("metafield_definition", key) is not None:
            return False
        self._documents.put("metafield_definition", key, definition)
        return True
