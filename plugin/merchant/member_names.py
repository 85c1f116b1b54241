"""How lists name a member, whose name only Shopify knows: by their customer in the shop, else by our own number."""

from __future__ import annotations

from plugin.merchant.words import Words


def member_link(member: str, customer: str | None, words: Words) -> dict[str, str]:
    """The name of a member and the address of their page; both are given as global ids."""
    number = member.rpartition("/")[2]
    name = (
        words.text("members.customer", id=customer.rpartition("/")[2])
        if customer
        else words.text("member.heading.none", id=number)
    )
    return {"name": name, "href": f"/members/{number}"}
