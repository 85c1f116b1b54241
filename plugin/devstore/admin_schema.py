"""Shopify's own Admin schema: fetched from its npm package at a pinned version and hash, cached, never committed.

The package is 14 MB; what is kept is the 0.9 MB of the one API version. Where it lies: `$LAUREL_CACHE`, else
`~/.cache/laurel`. Without npm, or without a way to the registry, SchemaUnavailableError says so and the Admin API runs
with schema validation off (`admin_loose`).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_client_schema

PACKAGE = "@shopify/dev-mcp"
PACKAGE_VERSION = "1.16.0"
PACKAGE_SHA512 = "tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw=="
_MEMBER = "package/dist/data/admin_2026-10.json.gz"
_MEMBER_SHA256 = "f3b522f264556925eada700e795e4a002a9cba83444ebcc6c0d724254a0c6593"
_FETCH_SECONDS = 120


class SchemaUnavailableError(Exception):
    """The schema cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class AdminSchema:
    """The schema, and the scopes that types and fields need: any one of those listed is enough."""

    graphql: GraphQLSchema
    type_scopes: dict[str, frozenset[str]]
    field_scopes: dict[tuple[str, str], frozenset[str]]


@cache
def admin_schema() -> AdminSchema:
    """The schema, built once per process. Raises SchemaUnavailableError."""
    content = json.loads(gzip.decompress(_read()))
    items = content["offline_scopes"]["items"]
    return AdminSchema(
        graphql=build_client_schema(content["data"], assume_valid=True),
        type_scopes={
            item["typeName"]: frozenset(item["offlineScopes"])
            for item in items
            if item["type"] == "type" and item["offlineScopes"]
        },
        field_scopes={
            (item["typeName"], item["fieldName"]): frozenset(item["offlineScopes"])
            for item in items
            if item["type"] != "type" and item["offlineScopes"]
        },
    )


def cache_folder() -> Path:
    """Where fetched files are kept, for all clones on this machine."""
    return Path(os.environ.get("LAUREL_CACHE") or Path.home() / ".cache" / "laurel")


def _read() -> bytes:
    path = cache_folder() / f"shopify-admin-{PACKAGE_VERSION}.json.gz"
    if path.is_file():
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == _MEMBER_SHA256:
            return content
    content = _fetch()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
    except OSError as error:
        raise SchemaUnavailableError(f"{path.parent} cannot be written to ({error.strerror})") from error
    return content


def _fetch() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise SchemaUnavailableError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"{PACKAGE}@{PACKAGE_VERSION}", "--silent", "--ignore-scripts"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_FETCH_SECONDS, check=False)  # noqa: S603
        except (subprocess.TimeoutExpired, OSError) as error:
            raise SchemaUnavailableError(f"npm did not finish ({type(error).__name__})") from error
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            raise SchemaUnavailableError(f"npm could not fetch {PACKAGE} {PACKAGE_VERSION} (exit {done.returncode})")
        return _unpack(archives[0])


def _unpack(archive: Path) -> bytes:
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if base64.b64encode(digest).decode() != PACKAGE_SHA512:
        raise SchemaUnavailableError(f"{PACKAGE} {PACKAGE_VERSION} is not the package that was pinned")
    with tarfile.open(archive) as opened:
        member = opened.extractfile(_MEMBER)
        if member is None:
            raise SchemaUnavailableError(f"{PACKAGE} {PACKAGE_VERSION} has no {_MEMBER}")
        return member.read()
