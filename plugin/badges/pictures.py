"""The pictures of badges: those that are shipped, with the rim of a level, and a credential baked into any."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

from engine.badges.artwork import BUILTIN_ARTWORKS, METALS

ART_FOLDER = Path(__file__).with_name("art")
BAKED_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
# The colors of a rim: where the light falls, the metal itself, and its shade. The files are drawn in gold.
RIMS = {
    "bronze": ("#f2c29b", "#b9743f", "#71401c"),
    "silver": ("#f7f9fc", "#b4bfcc", "#6c7a8c"),
    "gold": ("#ffe9a6", "#e8b23a", "#a86e0c"),
    "platinum": ("#eef6f6", "#9fc3c9", "#4f7f8a"),
    "diamond": ("#f3f0ff", "#a9b8ff", "#7a5cd6"),
}
_SHIPPED = re.compile(r"([a-z]{1,30})-([a-z]{1,10})", re.ASCII)
_RIM = re.compile(r'<linearGradient id="rim".*?</linearGradient>', re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")


def shipped(name: str) -> str | None:
    """A shipped picture by its name with a metal, like "bag-silver"; None where there is none."""
    match = _SHIPPED.fullmatch(name)
    if match is None or match[1] not in BUILTIN_ARTWORKS or match[2] not in METALS:
        return None
    return _with_rim(match[1], match[2])


@cache
def _with_rim(name: str, metal: str) -> str:
    svg = (ART_FOLDER / f"{name}.svg").read_text(encoding="utf-8")

    def recolored(match: re.Match[str]) -> str:
        rim = match[0]
        for gold, color in zip(RIMS["gold"], RIMS[metal], strict=True):
            rim = rim.replace(gold, color)
        return rim

    return _RIM.sub(recolored, svg, count=1)


def baked(svg: str, credential: str) -> str:
    """A picture that carries a credential as Open Badges 3.0 says: right behind the tag that opens it.

    `svg` is one of ours, or one that was sanitized: it has that one root and no credential yet.
    """
    opening = _ROOT.search(svg)
    assert opening is not None, "a kept picture is an SVG"
    tag = opening[0].removesuffix("/>").removesuffix(">")
    rest = svg[opening.end() :] if not opening[0].endswith("/>") else "</svg>"
    carrier = f"<openbadges:credential verify={quoteattr(credential)}/>"
    return f'{svg[: opening.start()]}{tag} xmlns:openbadges="{BAKED_NAMESPACE}">{carrier}{rest}'
