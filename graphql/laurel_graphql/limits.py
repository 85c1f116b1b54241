"""What a document may ask for, decided on its syntax tree before validation and execution.

Each fragment is measured once, those that it spreads first, so the work is linear in the document however often the
fragments multiply: a bomb of 2^18 fields is refused as fast as a small document is let through. Every figure counts
what the document means after its fragments are spread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from laurel_graphql.errors import ErrorCode, RequestError


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request. They are far above what our own pages ask for and far below what hurts a process."""

    tokens: int = 1000
    """Lexical tokens, counted by the parser while it reads."""
    depth: int = 8
    """Fields within fields. `me { transactions { nodes { base { amount } } } }` is 5."""
    introspection_depth: int = 20
    """The same below `__schema` and `__type`, which only development answers; the usual tools need 13."""
    nesting: int = 32
    """Selection sets within selection sets as written, inline fragments included."""
    aliases: int = 15
    directives: int = 50
    fragments: int = 50
    root_fields: int = 20
    fields: int = 300
    repeats: int = 5
    """How often one selection may ask for the same response key; comparing repeats costs validation their square."""
    cost: int = 5000
    """See `cost.py`."""
    page_size: int = 100
    """The most that `first` may ask for."""


LIMITS = Limits()


@dataclass(slots=True)
class _Measure:
    """What a selection set asks for, its fragments spread; `keys` counts its own response keys, not deeper ones."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    keys: Counter[str] = field(default_factory=Counter)

    def take_in(self, other: _Measure) -> None:
        """Add a fragment that stands at this level."""
        self.depth = max(self.depth, other.depth)
        self.introspection_depth = max(self.introspection_depth, other.introspection_depth)
        self.aliases += other.aliases
        self.directives += other.directives
        self.fields += other.fields
        self.keys.update(other.keys)


_NOTHING = _Measure()


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def fragments_leaves_first(fragments: Mapping[str, FragmentDefinitionNode]) -> list[str]:
    """The fragments' names, each after those that it spreads. Raises RequestError where they go in a circle."""
    waiting_for = {
        name: {spread for spread in _spreads(node.selection_set) if spread in fragments}
        for name, node in fragments.items()
    }
    users: dict[str, list[str]] = {name: [] for name in fragments}
    for name, spreads in waiting_for.items():
        for spread in spreads:
            users[spread].append(name)
    ready = [name for name, spreads in waiting_for.items() if not spreads]
    order: list[str] = []
    while ready:
        name = ready.pop()
        order.append(name)
        for user in users[name]:
            waiting_for[user].discard(name)
            if not waiting_for[user]:
                ready.append(user)
    if len(order) < len(fragments):
        raise RequestError(ErrorCode.FRAGMENT_CYCLE, "Fragments must not spread each other in a circle.")
    return order


def _spreads(selection_set: SelectionSetNode) -> Iterable[str]:
    stack = [selection_set]
    while stack:
        for selection in stack.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                yield selection.name.value
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                stack.append(selection.selection_set)


def check_structure(document: DocumentNode, limits: Limits) -> list[str]:
    """Refuse a document whose shape is over the limits. Returns its fragments' names, leaves first.

    Raises RequestError with the code of the limit that it breaks. Every operation of the document is checked.
    """
    fragments = fragments_of(document)
    if len(fragments) > limits.fragments:
        raise _over(ErrorCode.FRAGMENT_LIMIT_EXCEEDED, "fragments", limits.fragments)
    order = fragments_leaves_first(fragments)
    measures: dict[str, _Measure] = {}
    for name in order:
        measures[name] = _measure_definition(fragments[name], measures, limits)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            measure = _measure_definition(node, measures, limits)
            measure.directives += sum(len(variable.directives or ()) for variable in node.variable_definitions or ())
            _check_measure(measure, limits)
    return order


def _measure_definition(node: ExecutableDefinitionNode, measures: Mapping[str, _Measure], limits: Limits) -> _Measure:
    measure = _measure(node.selection_set, measures, limits, nesting=1)
    measure.directives += len(node.directives or ())
    return measure


def _measure(
    selection_set: SelectionSetNode, measures: Mapping[str, _Measure], limits: Limits, nesting: int
) -> _Measure:
    if nesting > limits.nesting:
        raise _over(ErrorCode.DEPTH_LIMIT_EXCEEDED, "nested selections", limits.nesting)
    measure = _Measure()
    for selection in selection_set.selections:
        measure.directives += len(selection.directives or ())
        if isinstance(selection, FieldNode):
            _add_field(measure, selection, measures, limits, nesting)
        elif isinstance(selection, FragmentSpreadNode):
            measure.take_in(measures.get(selection.name.value, _NOTHING))
        elif isinstance(selection, InlineFragmentNode):
            measure.take_in(_measure(selection.selection_set, measures, limits, nesting + 1))
    if max(measure.keys.values(), default=0) > limits.repeats:
        raise _over(ErrorCode.DUPLICATE_FIELD_LIMIT_EXCEEDED, "repeats of one field in a selection", limits.repeats)
    return measure


def _add_field(
    measure: _Measure, node: FieldNode, measures: Mapping[str, _Measure], limits: Limits, nesting: int
) -> None:
    name = node.name.value
    below = _measure(node.selection_set, measures, limits, nesting + 1) if node.selection_set else _NOTHING
    if name in ("__schema", "__type"):
        measure.introspection_depth = max(measure.introspection_depth, below.depth + 1)
        measure.depth = max(measure.depth, 1)
    else:
        measure.introspection_depth = max(measure.introspection_depth, below.introspection_depth)
        measure.depth = max(measure.depth, below.depth + 1)
    measure.aliases += below.aliases + (node.alias is not None)
    measure.directives += below.directives
    measure.fields += below.fields + 1
    measure.keys[node.alias.value if node.alias else name] += 1


def _check_measure(measure: _Measure, limits: Limits) -> None:
    for asked, allowed, code, what in (
        (measure.depth, limits.depth, ErrorCode.DEPTH_LIMIT_EXCEEDED, "levels of fields"),
        (measure.introspection_depth, limits.introspection_depth, ErrorCode.DEPTH_LIMIT_EXCEEDED, "levels of fields"),
        (measure.aliases, limits.aliases, ErrorCode.ALIAS_LIMIT_EXCEEDED, "aliases"),
        (measure.directives, limits.directives, ErrorCode.DIRECTIVE_LIMIT_EXCEEDED, "directives"),
        (measure.keys.total(), limits.root_fields, ErrorCode.ROOT_FIELD_LIMIT_EXCEEDED, "root fields"),
        (measure.fields, limits.fields, ErrorCode.FIELD_LIMIT_EXCEEDED, "fields"),
    ):
        if asked > allowed:
            raise _over(code, what, allowed)


def _over(code: ErrorCode, what: str, allowed: int) -> RequestError:
    return RequestError(code, f"The document asks for more than {allowed} {what}, its fragments spread.")
