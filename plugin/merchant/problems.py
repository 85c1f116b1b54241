"""What the schema objects to, in a merchant's own words: patterns of its messages, for the browser to look them up."""

from __future__ import annotations

from typing import Final

from plugin.merchant.game.problems import PATTERNS
from plugin.merchant.partners.problems import PATTERNS as PARTNER_PATTERNS
from plugin.merchant.texts import TEXTS
from plugin.merchant.words import Words

_PATTERNS: Final = (
    (r"^Input should be greater than or equal to (\S+)$", "least"),
    (r"^Input should be greater than (\S+)$", "above"),
    (r"^Input should be less than or equal to (\S+)$", "most"),
    (r"^String should have at most (\d+) characters?$", "long"),
    (r"^String should have at least (\d+) characters?$", "short"),
    (r"^String should match pattern", "pattern"),
    (r"^(?:a )?handle is made of", "pattern"),
    (r"^(?:Tuple|List) should have at most (\d+) items?", "many"),
    (r"^(?:Tuple|List|Dictionary) should have at least \d+ items?", "empty"),
    (r"^Decimal input should have no more than (\d+) decimal places", "decimals"),
    (r"^the value must be a number$", "number"),
    (r"^the value (?:must be|is missing)", "value"),
    (r"^unknown time zone", "zone"),
    (r"^unknown field", "field"),
    (r"cannot be asked with", "operator"),
    (r"cannot ask about (\S+)$", "scope"),
    (r"^a window ends after it starts$|^ends before it starts$", "order"),
    (r"has this handle", "handle_taken"),
    (r"belongs in a group of the mode multiply$", "multiply"),
    (r"is in a group (\S+) that does not exist$", "group"),
    (r"whole number of steps$", "steps"),
    (r"^the most (?:points|cycles) are fewer than the fewest$", "fewest"),
    (r"^(\d+) were redeemed already$", "stock"),
    (r"^The draft has changed|^somebody else made version", "changed"),
    (r"^\d+ points wanted, (\d+) available", "points"),
    (r"^Points are a whole number other than 0", "zero"),
    (r"cannot begin in the past", "past"),
    (r"is not one tag", "tag"),
    (r"is no (?:https )?address|holds a character that no address has", "address"),
    (r"holds a control character", "control"),
    (r"opens for everybody before it opens for members", "early"),
    (r"has neither an address nor a text", "content"),
    (r"the handle (\S+) stands twice|two tiers are both (\S+)", "twice"),
    (r"everybody has the lowest tier", "lowest"),
    (r"the tier (\S+) does not say what it takes", "enter"),
    (r"the tier (\S+) asks for no more", "ladder"),
    (r"asks for a \S+ with more than (\d+) decimals", "decimals"),
    (r"a length is a number of days or of months", "length"),
    (r"a requirement has at most (\d+) parts", "many"),
    (r"requirements are nested at most (\d+) deep", "nested"),
    (r"the days of the attempts begin with 0", "dunning"),
    (r"only a plan by months or years", "fixed_day"),
    (r"names a product twice", "product_twice"),
    (r"is longer than ten years", "ten_years"),
)


def problem_patterns(words: Words) -> list[tuple[str, str]]:
    """Each pattern with its text; {0} is what the pattern's first group found."""
    patterns = (*PATTERNS, *PARTNER_PATTERNS, *_PATTERNS)
    return [(pattern, TEXTS[words.locale][f"problem.{name}"]) for pattern, name in patterns]
