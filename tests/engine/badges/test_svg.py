"""Pictures that merchants bring: harmless parts are kept as they are, what could act or load refuses the file."""

from __future__ import annotations

import pytest

from engine.badges.svg import SVG_MAXIMUM_BYTES, sanitized
from engine.badges.svg_parts import ArtworkRefused

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(inner: str, attributes: str = "") -> bytes:
    return f"<svg {NAMESPACE}{attributes}>{inner}</svg>".encode()


def kept(inner: str) -> str:
    """What is left of the inside of a picture."""
    result = sanitized(svg(inner))
    assert sanitized(result.encode()) == result
    return result.removeprefix('<svg xmlns="http://www.w3.org/2000/svg">').removesuffix("</svg>\n")


def refusal(content: bytes) -> str:
    with pytest.raises(ArtworkRefused) as caught:
        sanitized(content)
    return caught.value.code


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<path d="M0 0h9" fill="#f00"/>', '<path d="M0 0h9" fill="#f00"/>'),
        ('<use xlink:href="#a"/><g id="a"/>', '<use href="#a"/><g id="a"/>'),
        ('<rect style="fill: red; behaviour: x; --own: 1"/>', '<rect fill="red"/>'),
        ('<style>.cls-1,.b{fill:#fff}</style><g class="cls-1"/>', '<g fill="#fff"/>'),
        ('<metadata><x href="#y"/></metadata><circle r="4" data-name="Q"/>', '<circle r="4"/>'),
        ('<i:pgf xmlns:i="urn:i"><g/></i:pgf><g/>', "<g/>"),
        ("<!-- a note --><text>5 &lt; 6 &amp; more</text>", "<text>5 &lt; 6 &amp; more</text>"),
        ('<rect fill="url(#g)"/>', '<rect fill="url(#g)"/>'),
    ],
)
def test_what_a_picture_needs_is_kept(inner: str, expected: str) -> None:
    assert kept(inner) == expected


@pytest.mark.parametrize(
    "content",
    [
        svg("<script>alert(1)</script>"),
        svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'),
        svg("<metadata><script>alert(1)</script></metadata>"),
        svg("<g/>", ' onload="alert(1)"'),
        svg('<g oNcLiCk="alert(1)"/>'),
        svg("<foreignObject><div/></foreignObject>"),
        svg('<a href="https://evil.test"><rect/></a>'),
        svg('<image href="https://evil.test/pixel.png"/>'),
        svg('<use xlink:href="https://evil.test/a.svg#a"/>'),
        svg('<use href="data:image/svg+xml;base64,AAAA"/>'),
        svg('<rect fill="url(https://evil.test/a#b)"/>'),
        svg('<rect fill="URL( //evil.test )"/>'),
        svg('<rect fill="url(&quot;javascript:alert(1)&quot;)"/>'),
        svg('<rect fill="u\\72l(//evil.test)"/>'),
        svg('<rect style="fill: url(//evil.test)"/>'),
        svg("<style>@import url(https://evil.test/a.css);</style>"),
        svg("<style>.a{fill:url(https://evil.test/#b)}</style>"),
        svg('<rect><animate attributeName="href" to="javascript:alert(1)"/></rect>'),
        svg('<set attributeName="onclick" to="alert(1)"/>'),
        b'<?xml-stylesheet href="https://evil.test/a.css"?>' + svg("<g/>"),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg("<text>&b;</text>"),
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>"),
        svg('<g id="a"><use href="#a"/></g>'),
    ],
)
def test_what_could_act_or_load_refuses_the_file(content: bytes) -> None:
    assert refusal(content) == "UNSAFE"


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b"<html/>", b"<svg/>", svg("<g>"), b"\xff\xfe\x00", b'<?xml version="1.0" encoding="x"?><svg/>'],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refusal(content) == "NOT_SVG"


def test_few_lines_that_stand_for_millions_are_refused() -> None:
    # given
    uses = ["".join(f'<use href="#g{level}"/>' for _ in range(10)) for level in range(1, 9)]
    levels = [f'<g id="g{level}">{inner}</g>' for level, inner in enumerate(uses)]
    # then
    assert refusal(svg("".join(levels) + '<g id="g8"><rect/></g>')) == "TOO_LARGE"
    assert refusal(svg("<g>" * 65 + "</g>" * 65)) == "TOO_LARGE"
    assert refusal(svg("<g/>" * 5_000)) == "TOO_LARGE"
    assert refusal(svg(" " * SVG_MAXIMUM_BYTES)) == "TOO_LARGE"


def test_the_document_type_that_editors_write_is_no_harm() -> None:
    doctype = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    assert sanitized(b'<?xml version="1.0"?>' + doctype + svg("<g/>")) == sanitized(svg("<g/>"))
