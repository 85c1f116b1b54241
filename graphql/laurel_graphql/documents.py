"""Documents that were read, measured and validated once, kept for the next request that sends the same text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)

from laurel_graphql.cost import PageVariable, operation_cost, page_sizes, page_variables
from laurel_graphql.errors import ErrorCode, RequestError
from laurel_graphql.freshness import is_live
from laurel_graphql.limits import Limits, check_structure

KEPT_DOCUMENTS = 64
"""A document at the limits is about a megabyte as a tree; this bounds what strangers can make us remember."""

KEPT_COSTS = 256


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document within the limits and valid against its schema, ready to run."""

    schema: GraphQLSchema
    document: DocumentNode
    operations: Mapping[str, OperationDefinitionNode]
    fragments_leaves_first: tuple[str, ...]
    page_variables: frozenset[PageVariable]
    limits: Limits
    live: bool
    """Whether it asks for what changes without a new version; its answers are never kept then."""
    _costs: dict[object, int] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises RequestError when the name is needed and missing, or unknown."""
        if name is None and len(self.operations) > 1:
            raise RequestError(ErrorCode.OPERATION_NAME_REQUIRED, "Name one of the document's operations to run.")
        found = next(iter(self.operations.values())) if name is None else self.operations.get(name)
        if found is None:
            raise RequestError(ErrorCode.OPERATION_NOT_FOUND, "The document has no operation of that name.")
        return found

    def check_cost(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        """Raises RequestError when a page size is out of bounds or the operation would cost too much."""
        sizes = page_sizes(operation, self.page_variables, variables, self.limits)
        key = (id(operation), frozenset(sizes.items()))
        cost = self._costs.get(key)
        if cost is None:
            cost = operation_cost(
                self.schema, self.document, operation, self.fragments_leaves_first, sizes, self.limits
            )
            if len(self._costs) < KEPT_COSTS:
                self._costs[key] = cost
        if cost > self.limits.cost:
            raise RequestError(
                ErrorCode.COST_LIMIT_EXCEEDED, f"The operation costs {cost} and may cost {self.limits.cost}."
            )


class Documents:
    """Reads documents for one schema; `development` allows introspection and suggestions in messages."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, development: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._development = development
        self._kept = lru_cache(maxsize=KEPT_DOCUMENTS)(self._outcome)

    def read(self, text: str) -> CheckedDocument:
        """Parse, measure and validate a document, or recall it. Raises RequestError with what is wrong with it."""
        outcome = self._kept(text)
        if isinstance(outcome, RequestError):
            raise outcome
        return outcome

    def _outcome(self, text: str) -> CheckedDocument | RequestError:
        try:
            return self._check(text)
        except RequestError as refusal:
            return RequestError(refusal.code, refusal.message, status=refusal.status)  # kept without its traceback

    def _check(self, text: str) -> CheckedDocument:
        try:
            document = parse(text, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            raise RequestError(ErrorCode.GRAPHQL_PARSE_FAILED, error.message) from None
        operations = _operations(document)
        order = check_structure(document, self._limits)
        checked = CheckedDocument(
            self._schema, document, operations, tuple(order), page_variables(document, self._limits), self._limits,
            is_live(document),
        )  # fmt: skip
        for operation in operations.values():
            if not checked.page_variables:
                checked.check_cost(operation, {})
        self._validate(document)
        return checked

    def _validate(self, document: DocumentNode) -> None:
        rules = specified_rules if self._development else (*specified_rules, NoSchemaIntrospectionCustomRule)
        errors = validate(self._schema, document, rules, max_errors=1, hide_suggestions=not self._development)
        if errors:
            raise RequestError(ErrorCode.GRAPHQL_VALIDATION_FAILED, errors[0].message)


def _operations(document: DocumentNode) -> dict[str, OperationDefinitionNode]:
    operations: dict[str, OperationDefinitionNode] = {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            if node.operation is OperationType.SUBSCRIPTION:
                raise RequestError(ErrorCode.SUBSCRIPTIONS_UNSUPPORTED, "Subscriptions are not served.")
            name = node.name.value if node.name else ""
            if name in operations:
                raise RequestError(ErrorCode.GRAPHQL_VALIDATION_FAILED, "Each operation needs a name of its own.")
            operations[name] = node
        elif not isinstance(node, FragmentDefinitionNode):
            raise RequestError(ErrorCode.GRAPHQL_VALIDATION_FAILED, "Send operations and fragments only.")
    if not operations:
        raise RequestError(ErrorCode.OPERATION_NOT_FOUND, "The document has no operation.")
    return operations
