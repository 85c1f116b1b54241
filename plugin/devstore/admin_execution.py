"""Runs Admin API documents on the store: with Shopify's published schema, or without one when it cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    OperationType,
    execute_sync,
    get_named_type,
    is_object_type,
    validate,
)

from plugin.devstore.admin_catalog import CatalogQueries
from plugin.devstore.admin_customers import CustomerQueries, StoreCreditMutations
from plugin.devstore.admin_discounts import DiscountRoots
from plugin.devstore.admin_gift_cards import GiftCardRoots
from plugin.devstore.admin_loose import execute_loosely
from plugin.devstore.admin_orders import OrderQueries
from plugin.devstore.admin_schema import AdminSchema
from plugin.devstore.admin_subscriptions import SubscriptionRoots
from plugin.devstore.admin_values import paginate
from plugin.devstore.admin_writes import Writes
from plugin.devstore.store import Store

Roots = dict[str, Callable[..., Any]]

# Level 2 of protected customer data: null, with an error, for an app that was not approved for them.
PROTECTED_FIELDS = frozenset(
    ("Customer", name) for name in ("firstName", "lastName", "displayName", "email", "phone", "defaultEmailAddress")
) | frozenset({("Order", "email"), ("Order", "phone")})
# What the schema's own list of scopes leaves to its texts.
_WRITES_CUSTOMERS = frozenset({"tagsAdd", "tagsRemove"})


@dataclass(frozen=True, slots=True)
class Result:
    """What an execution gave; `errors` in the form of the answer."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Context:
    schema: AdminSchema
    granted: frozenset[str]
    protected: bool


class AdminExecutor:
    """Executes parsed documents. `schema` is None when validation is off."""

    def __init__(self, store: Store, schema: AdminSchema | None) -> None:
        self._store, self._schema = store, schema
        self._queries, self._mutations = _queries(store), _mutations(store)

    def problems(self, document: DocumentNode) -> list[dict[str, Any]]:
        """Why the document is not valid, in the form of an answer; nothing when validation is off."""
        if self._schema is None:
            return []
        return [dict(error.formatted) for error in validate(self._schema.graphql, document)]

    def execute(
        self,
        document: DocumentNode,
        kind: OperationType,
        variables: Mapping[str, Any],
        operation_name: str | None,
        *,
        protected: bool = False,
        refused: str | None = None,
    ) -> Result:
        """Run one operation. `protected` answers as to an app without the approval for protected customer data.

        With `refused`, a code of userErrors, every mutation is refused and none is done.
        """
        roots: Roots = self._mutations if kind is OperationType.MUTATION else self._queries
        if refused is not None:
            roots = {name: _refusal(name, refused) for name in roots}
        if self._schema is None:
            return Result(*execute_loosely(document, operation_name, roots, variables))
        scopes = self._store.installation.read().scopes
        result = execute_sync(
            self._schema.graphql,
            document,
            root_value=roots,
            variable_values=dict(variables),
            operation_name=operation_name,
            field_resolver=_resolve,
            context_value=_Context(self._schema, _with_reads(scopes), protected),
        )
        return Result(result.data, [_formatted(error) for error in result.errors or ()])


def _queries(store: Store) -> Roots:
    customers, catalog, discounts = CustomerQueries(store), CatalogQueries(store), DiscountRoots(store)
    orders, subscriptions = OrderQueries(store, customers.node), SubscriptionRoots(store, customers.node)
    return {
        "shop": catalog.shop,
        "currentAppInstallation": catalog.installation,
        "storeCreditConfiguration": catalog.store_credit_configuration,
        "product": catalog.product,
        "products": catalog.products,
        "collections": catalog.collections,
        "order": orders.order,
        "orders": orders.orders,
        "customer": customers.customer,
        "customers": customers.customers,
        "codeDiscountNodeByCode": discounts.by_code,
        "codeDiscountNode": discounts.by_id,
        "giftCards": GiftCardRoots(store).found,
        "giftCard": GiftCardRoots(store).by_id,
        "subscriptionContract": subscriptions.contract,
        "subscriptionBillingAttempt": subscriptions.attempt,
    }


def _mutations(store: Store) -> Roots:
    discounts, credit, writes = DiscountRoots(store), StoreCreditMutations(store), Writes(store)
    subscriptions = SubscriptionRoots(store, CustomerQueries(store).node)
    return {
        "discountCodeBasicCreate": discounts.create_basic,
        "discountCodeFreeShippingCreate": discounts.create_free_shipping,
        "discountCodeDeactivate": discounts.deactivate,
        "storeCreditAccountCredit": credit.credit,
        "storeCreditAccountDebit": credit.debit,
        "giftCardCreate": GiftCardRoots(store).create,
        "giftCardDeactivate": GiftCardRoots(store).deactivate,
        "tagsAdd": writes.add_tags,
        "tagsRemove": writes.remove_tags,
        "metafieldsSet": writes.set_metafields,
        "metafieldDefinitionCreate": writes.define_metafield,
        "segmentCreate": writes.create_segment,
        "subscriptionBillingAttemptCreate": subscriptions.charge,
        "subscriptionContractPause": subscriptions.pause,
        "subscriptionContractActivate": subscriptions.activate,
        "subscriptionContractCancel": subscriptions.cancel,
        "subscriptionContractSetNextBillingDate": subscriptions.set_next_billing_date,
        "subscriptionContractProductChange": subscriptions.change_line,
    }


class _Refused(dict[str, Any]):
    """The payload of a refused mutation: whatever is asked for is null, but the errors."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> None:
        return None


def _refusal(mutation: str, code: str) -> Callable[..., Any]:
    # Not every mutation has codes, and credit has its own ones.
    known = mutation.startswith(("discount", "giftCardCreate", "metafieldsSet"))
    error = {"field": None, "message": "Something went wrong.", "code": code if known else None, "extraInfo": None}
    return lambda **_arguments: _Refused(userErrors=[error | {"elementIndex": None}])


def _with_reads(scopes: list[str]) -> frozenset[str]:
    """The scopes with the reading that each permission to write implies."""
    return frozenset(scopes) | {scope.replace("write_", "read_", 1) for scope in scopes}


def _resolve(source: Any, info: GraphQLResolveInfo[_Context], **arguments: Any) -> Any:
    """Every field: a key of the source, called with the arguments if it can be; lists become connections."""
    _check_access(info)
    if info.field_name not in source:
        raise GraphQLError(
            f"The demo store does not serve {info.parent_type.name}.{info.field_name}.",
            extensions={"code": "NOT_SERVED"},
        )
    value = source[info.field_name]
    if callable(value):
        value = value(**arguments)
    if isinstance(value, list):
        if get_named_type(info.return_type).name.endswith("Connection"):
            return paginate(value, arguments)
        if isinstance(arguments.get("first"), int):
            return value[: arguments["first"]]
    return value


def _check_access(info: GraphQLResolveInfo[_Context]) -> None:
    context = info.context
    field = (info.parent_type.name, info.field_name)
    returned = get_named_type(info.return_type)
    needed = context.schema.field_scopes.get(field) or (
        context.schema.type_scopes.get(returned.name) if is_object_type(returned) else None
    )
    if info.field_name in _WRITES_CUSTOMERS and isinstance(info.parent_type, GraphQLObjectType):
        needed = frozenset({"write_customers"})
    if needed and not needed & context.granted:
        raise GraphQLError(
            f"Access denied for {info.field_name} field. Required access: `{'` or `'.join(sorted(needed))}` scope.",
            extensions={"code": "ACCESS_DENIED", "documentation": "https://shopify.dev/api/usage/access-scopes"},
        )
    if context.protected and field in PROTECTED_FIELDS:
        raise GraphQLError(
            f"This app is not approved to use the {info.field_name} field.", extensions={"code": "ACCESS_DENIED"}
        )


def _formatted(error: GraphQLError) -> dict[str, Any]:
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return dict(error.formatted)
    return {"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
