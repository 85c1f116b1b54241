"""How a plan is joined: where in the shop it is bought."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from engine.memberships.catalog import Plan


def join_path(plan: Plan) -> str | None:
    """The shop's path that buys a plan: its variant put into a new checkout, else its product's page.

    None where the plan says neither.
    """
    definition = plan.definition
    if definition.variant_ids:
        path = f"/cart/{definition.variant_ids[0]}:1"
    elif definition.product_handle is not None:
        path = f"/products/{quote(definition.product_handle, safe='')}"
    else:
        return None
    if definition.selling_plan_id is None:
        return path
    return f"{path}?{urlencode({'selling_plan': definition.selling_plan_id})}"
