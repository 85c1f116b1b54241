"""Which maker a redemption's kind has."""

from __future__ import annotations

from engine.rewards.redemptions import Redemption
from engine.shops import ShopReference
from plugin.background.fulfillment_codes import DiscountCodes
from plugin.background.fulfillment_money import GiftCards, StoreCredits
from plugin.background.fulfillment_place import Maker, Place
from plugin.services import Services


def maker_of(services: Services, shop: ShopReference, one: Redemption) -> Maker:
    """The maker of a redemption. Raises LookupError for rewards that the staff fulfill by hand."""
    place = Place(services, shop, one)
    if one.kind == "store_credit":
        return StoreCredits(place)
    if one.kind == "gift_card":
        return GiftCards(place)
    if one.kind == "manual":
        raise LookupError("the staff fulfill this kind")
    return DiscountCodes(place)
