"""Our stored operations against Shopify's published schema, and what keeps another schema from being taken for it."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from graphql import parse, validate

from plugin.devstore import admin_schema as module
from plugin.devstore.admin_schema import AdminSchema, SchemaUnavailableError

OPERATIONS = sorted((Path(__file__).parents[3] / "plugin" / "shopify" / "operations").glob("*.graphql"))


def test_there_are_operations_to_check() -> None:
    assert OPERATIONS


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_a_stored_operation_is_valid(published_schema: AdminSchema, path: Path) -> None:
    assert validate(published_schema.graphql, parse(path.read_text())) == []


def test_the_schema_brings_the_scopes_that_types_and_fields_need(published_schema: AdminSchema) -> None:
    assert published_schema.type_scopes["Customer"] == {"read_customers"}
    assert published_schema.field_scopes["Mutation", "discountCodeBasicCreate"] == {"write_discounts"}


def test_a_package_with_another_hash_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "package.tgz"
    with tarfile.open(archive, "w:gz") as opened:
        content = gzip.compress(b"{}")
        member = tarfile.TarInfo("package/dist/data/admin_2026-10.json.gz")
        member.size = len(content)
        opened.addfile(member, io.BytesIO(content))

    with pytest.raises(SchemaUnavailableError, match="is not the package that was pinned"):
        module._unpack(archive)


def test_a_cached_file_that_was_changed_is_fetched_again_and_without_npm_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAUREL_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    (tmp_path / f"shopify-admin-{module.PACKAGE_VERSION}.json.gz").write_bytes(gzip.compress(b"{}"))

    with pytest.raises(SchemaUnavailableError, match="npm is not installed"):
        module._read()
