"""What a picture of a badge is made of: the elements, attributes and styles of SVG that are known to be harmless."""

from __future__ import annotations

import re
from typing import Literal, NoReturn
from xml.sax.saxutils import quoteattr

Problem = Literal["TOO_LARGE", "NOT_SVG", "UNSAFE", "TOO_MANY", "INVALID"]


class ArtworkRefused(Exception):  # noqa: N818  # a refusal, not an accident
    """A picture cannot be taken; the text says what is in its way, in English, for the merchant."""

    def __init__(self, code: Problem, message: str) -> None:
        super().__init__(message)
        self.code = code


def unsafe(what: str) -> NoReturn:
    """Refuse a picture that could act or load something."""
    raise ArtworkRefused("UNSAFE", f"The picture holds {what}, which a picture of a badge may not.")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _words("""
    svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath linearGradient
    radialGradient stop clipPath mask pattern marker filter feGaussianBlur feOffset feBlend feFlood feColorMatrix
    feComposite feMerge feMergeNode feDropShadow feMorphology feComponentTransfer feFuncR feFuncG feFuncB feFuncA
""")
# What does something in a browser, or shows what is not in the file: nobody draws a badge with it by accident.
DANGEROUS = _words("""
    script foreignobject iframe embed object audio video image feimage animate animatecolor animatemotion
    animatetransform set discard handler listener a link base meta canvas
""")
_PRESENTATION = _words("""
    fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-dasharray stroke-dashoffset opacity color stop-color stop-opacity clip-path clip-rule mask filter
    marker-start marker-mid marker-end font-family font-size font-weight font-style font-variant font-stretch
    letter-spacing word-spacing text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift
    visibility display overflow vector-effect paint-order shape-rendering text-rendering color-interpolation
    color-interpolation-filters mix-blend-mode isolation flood-color flood-opacity transform
""")
_ATTRIBUTES = _PRESENTATION | _words("""
    id x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points width height viewBox preserveAspectRatio gradientUnits
    gradientTransform spreadMethod offset pathLength version clipPathUnits maskUnits maskContentUnits filterUnits
    primitiveUnits patternUnits patternContentUnits patternTransform markerWidth markerHeight markerUnits refX refY
    orient dx dy rotate textLength lengthAdjust startOffset in in2 result stdDeviation mode operator k1 k2 k3 k4 type
    values radius tableValues slope intercept amplitude exponent role aria-label aria-hidden
""")
_LOCAL = re.compile(r"#[\w.:-]{1,100}")
_URL = re.compile(r"url\s*\(\s*(['\"]?)(.*?)\1\s*\)", re.IGNORECASE)
_UNSAFE = re.compile(
    r"(?:java|vb)script\s*:|data\s*:|expression\s*\(|@|-moz-binding|behavior\s*:|\\|//|image(?:-set)?\s*\(|src\s*\(",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]{0,99})", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

Styles = dict[str, dict[str, str]]
"""What each class of a style sheet says."""


def attributes_of(element: str, given: dict[str, str], styles: Styles) -> dict[str, str]:
    """What an element keeps of its attributes, with its style sheet and style written out. Raises ArtworkRefused.

    Handlers and links out of the file are refused wherever they are; what only an editor reads goes.
    """
    kept: dict[str, str] = {}
    classes = given.get("class", "").split()
    for name, value in sorted(given.items()):
        namespace, _, local = name.rpartition(" ")
        if local.lower().startswith("on"):
            unsafe(f"the handler {local[:30]}")
        if local.lower() in ("href", "src"):
            target = value.strip()
            if not _LOCAL.fullmatch(target):
                unsafe("a link to something else")
            kept["href"] = target
        elif not namespace and local in _ATTRIBUTES:
            kept[local] = _checked(local, value)
    for one in classes:
        kept.update(styles.get(one, {}))
    kept.update(_declarations(given.get("style", "")))
    return kept


def styles_of(sheet: str) -> Styles:
    """The classes of a style sheet: editors write colors that way. Whatever is no plain class rule goes."""
    plain = re.sub(r"/\*.*?\*/", " ", sheet, flags=re.DOTALL)
    if _UNSAFE.search(plain):
        unsafe("a style sheet that loads something")
    found: Styles = {}
    for selectors, body in _RULE.findall(plain)[:500]:
        for selector in selectors.split(","):
            if match := _CLASS.fullmatch(selector.strip()):
                found.setdefault(match[1], {}).update(_declarations(body))
    return found


def references_of(attributes: dict[str, str]) -> list[str]:
    """The ids that an element refers to, each of which is drawn again with it."""
    links = [match[2].strip()[1:] for value in attributes.values() for match in _URL.finditer(value)]
    return [*links, attributes["href"][1:]] if "href" in attributes else links


def written(attributes: dict[str, str]) -> str:
    """Attributes as they stand in a tag, always in one order."""
    return "".join(f" {name}={quoteattr(value)}" for name, value in sorted(attributes.items()))


def _checked(name: str, value: str) -> str:
    if CONTROL.search(value) or _UNSAFE.search(value):
        unsafe(f"the attribute {name} with code or data")
    if value.lower().count("url") != len(_URL.findall(value)) and name not in ("id", "aria-label", "font-family"):
        unsafe(f"the attribute {name} with a link that cannot be read")
    if any(not _LOCAL.fullmatch(match[2].strip()) for match in _URL.finditer(value)):
        unsafe("a link to something else")
    return value


def _declarations(style: str) -> dict[str, str]:
    found = {}
    for part in style.split(";")[:100]:
        name, _, value = part.partition(":")
        property_name = name.strip().lower()
        stated = value.replace("!important", "").strip()
        if _UNSAFE.search(stated):
            unsafe("a style with code or data")
        if property_name in _PRESENTATION and stated:
            found[property_name] = _checked(property_name, stated)
    return found
