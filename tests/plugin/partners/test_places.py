"""What takes long is done in a few places, of which one partner has not all. Pure."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from plugin.partners.api.answers import ApiRefusedError
from plugin.partners.api.places import Places

PROGRAM, COFFEE, BAKERY, CINEMA = 1, 7, 8, 9


def test_a_partner_has_two_places_and_all_together_four() -> None:
    places = Places()
    with ExitStack() as working:
        for partner in (COFFEE, COFFEE, BAKERY):
            working.enter_context(places.one(PROGRAM, partner))
        with pytest.raises(ApiRefusedError) as refused, places.one(PROGRAM, COFFEE):
            pass
        assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
        # The last place is another program's partner's.
        with places.one(PROGRAM + 1, COFFEE), pytest.raises(ApiRefusedError), places.one(PROGRAM, CINEMA):
            pass
        with places.one(PROGRAM, CINEMA):
            pass
    with places.one(PROGRAM, COFFEE), places.one(PROGRAM, COFFEE):
        pass


def test_a_place_is_free_again_after_an_accident() -> None:
    places = Places()
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), places.one(PROGRAM, COFFEE):
            raise ZeroDivisionError
