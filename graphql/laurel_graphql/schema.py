"""A schema as it is served: its types, its limits, the documents read for it and its persisted operations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import strawberry
from graphql import GraphQLSchema, lexicographic_sort_schema, print_schema

from laurel_graphql.documents import CheckedDocument, Documents
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.limits import LIMITS, Limits
from laurel_graphql.persisted import PersistedOperation, manifest

PERSISTED_COST = 100_000
"""What our own operations may cost. Their lists are counted as callers' are, at sizes that a program seldom has."""


@dataclass(frozen=True)
class LaurelSchema:
    """One of the two schemas. Execution goes to graphql-core itself: of Strawberry's per-request work we need none."""

    name: str
    definition: strawberry.Schema
    limits: Limits = LIMITS

    @property
    def core(self) -> GraphQLSchema:
        """The graphql-core schema that Strawberry built."""
        return self.definition._schema

    @property
    def sdl(self) -> str:
        """The schema in the schema definition language, sorted, as it is checked in."""
        return print_schema(lexicographic_sort_schema(self.core)) + "\n"

    @cached_property
    def _production(self) -> Documents:
        return Documents(self.core, self.limits, development=False)

    @cached_property
    def _development(self) -> Documents:
        return Documents(self.core, self.limits, development=True)

    def read(self, text: str, *, development: bool) -> CheckedDocument:
        """Read a document that a caller sent. Raises RequestError with what is wrong with it."""
        return (self._development if development else self._production).read(text)

    @cached_property
    def persisted(self) -> dict[str, tuple[PersistedOperation, CheckedDocument]]:
        """The persisted operations by document id, checked like any other. Raises RequestError for a broken file."""
        documents = Documents(self.core, replace(self.limits, cost=PERSISTED_COST), development=False)
        found: dict[str, tuple[PersistedOperation, CheckedDocument]] = {}
        for document_id, operation in manifest(self.name).items():
            try:
                found[document_id] = (operation, documents.read(operation.text))
            except RequestError as error:
                raise RequestError(error.code, f"{operation.name}.graphql: {error.message}") from error
        return found

    def find_persisted(self, document_id: str) -> tuple[PersistedOperation, CheckedDocument]:
        """The persisted operation of an id. Raises RequestError for an unknown one, which is never stored."""
        found = self.persisted.get(document_id)
        if found is None:
            raise RequestError(ErrorCode.PERSISTED_OPERATION_NOT_FOUND, "There is no persisted operation of that id.")
        return found
