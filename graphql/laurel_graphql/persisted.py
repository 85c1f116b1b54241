"""The operations that our own pages send, known by the sha256 of their file: the only ones that production answers.

They lie in the repository's `graphql/operations`, and in the wheel beside this module. The storefront's are in that
folder itself, the merchant's in `merchant/` below it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_FOLDERS = {"storefront": "", "merchant": "merchant"}


@dataclass(frozen=True, slots=True)
class PersistedOperation:
    """One operation file. `document_id` is what clients send; `name` is the file's name without its ending."""

    document_id: str
    name: str
    text: str


def operations_folder() -> Path:
    """Where the operation files are: in the wheel beside this module, else in the repository."""
    packaged = _PACKAGE / "operations"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "operations"


@cache
def manifest(schema_name: str) -> dict[str, PersistedOperation]:
    """The persisted operations of a schema, `storefront` or `merchant`, by document id. Read once per process."""
    operations = (_read(path) for path in sorted((operations_folder() / _FOLDERS[schema_name]).glob("*.graphql")))
    return {operation.document_id: operation for operation in operations}


def document_id(schema_name: str, name: str) -> str:
    """The id of the operation file of that name. Raises KeyError when there is none."""
    for operation in manifest(schema_name).values():
        if operation.name == name:
            return operation.document_id
    raise KeyError(name)


def _read(path: Path) -> PersistedOperation:
    content = path.read_bytes()
    return PersistedOperation(f"sha256:{hashlib.sha256(content).hexdigest()}", path.stem, content.decode("utf-8"))
