"""Pictures that merchants bring: an SVG is read element by element and written anew from what is known to be harmless.

There is no well-kept sanitizer of SVG for Python, and a list of what is dangerous is never complete, so ours is a list
of what a picture needs (`svg_parts`). Decoration of an editor goes silently; what could act or load something in a
browser refuses the whole file, since a merchant should know that their file holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from engine.badges.svg_parts import (
    CONTROL,
    DANGEROUS,
    ELEMENTS,
    ArtworkRefused,
    Styles,
    attributes_of,
    references_of,
    styles_of,
    unsafe,
    written,
)

SVG_MAXIMUM_BYTES = 100_000
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
ELEMENTS_MAXIMUM = 5_000
DEPTH_MAXIMUM = 64
DRAWN_MAXIMUM = 20_000
"""How many elements may be drawn, counting those again that are drawn through a reference."""
REFERENCES_DEEP = 12


@dataclass(slots=True)
class _Node:
    name: str
    attributes: dict[str, str]
    children: list[_Node | str] = field(default_factory=list)


def sanitized(svg: bytes) -> str:
    """The same picture from harmless parts alone, as text for UTF-8; sanitizing it again changes nothing.

    Raises ArtworkRefused: TOO_LARGE, NOT_SVG for what no SVG reader would take, UNSAFE for what could act or load.
    """
    if len(svg) > SVG_MAXIMUM_BYTES:
        raise _too_large()
    sheet = _Sheet()
    _parse(svg, sheet)
    tree = _Tree(styles_of(sheet.text))
    _parse(svg, tree)
    if tree.root is None:
        raise ArtworkRefused("NOT_SVG", "The file is not an SVG picture.")
    _Weight(tree.root).check()
    parts: list[str] = []
    _write(tree.root, parts)
    result = "".join(parts) + "\n"
    if len(result.encode()) > SVG_MAXIMUM_BYTES:
        raise _too_large()
    return result


def _too_large() -> ArtworkRefused:
    return ArtworkRefused(
        "TOO_LARGE", f"The picture is larger than {SVG_MAXIMUM_BYTES // 1000} kB or has too many parts."
    )


def _parse(svg: bytes, reader: _Sheet | _Tree) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    # Entities are how a small file becomes gigabytes, or reads another one; no picture needs any of its own.
    parser.StartDoctypeDeclHandler = _no_entities
    parser.ProcessingInstructionHandler = lambda *_: unsafe("an instruction for the reader")
    try:
        parser.Parse(svg, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ArtworkRefused("NOT_SVG", "The file is not an SVG picture that can be read.") from error


def _no_entities(_name: str, _system: str | None, _public: str | None, own: int) -> None:
    if own:
        unsafe("definitions of its own in its document type")


class _Sheet:
    """The style sheets of a file, wherever they stand."""

    def __init__(self) -> None:
        self.text = ""
        self._within = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._within = name == f"{SVG_NAMESPACE} style"

    def end(self, _name: str) -> None:
        self._within = False

    def data(self, text: str) -> None:
        if self._within:
            self.text += text


class _Tree:
    """The harmless elements of a file, in their order."""

    def __init__(self, styles: Styles) -> None:
        self.root: _Node | None = None
        self._styles = styles
        self._open: list[_Node | None] = []
        self._elements = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self._elements += 1
        if self._elements > ELEMENTS_MAXIMUM or len(self._open) >= DEPTH_MAXIMUM:
            raise _too_large()
        if not self._open and (namespace != SVG_NAMESPACE or local != "svg"):
            raise ArtworkRefused("NOT_SVG", "The file is not an SVG picture.")
        if local.lower() in DANGEROUS:
            unsafe(f"<{local[:30]}>")
        # Also within what is left out: a file that would do something is refused, whatever hides it.
        attributes = attributes_of(local, given, self._styles)
        parent = self._open[-1] if self._open else None
        harmless = namespace == SVG_NAMESPACE and local in ELEMENTS and (parent is not None or not self._open)
        node = _Node(local, attributes) if harmless else None
        if node is not None and parent is not None:
            parent.children.append(node)
        elif node is not None:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        node = self._open[-1] if self._open else None
        if node is not None and (node.name in ("title", "desc", "text", "tspan", "textPath") or text.isspace()):
            node.children.append(CONTROL.sub("", text))


class _Weight:
    """How much there is to draw: each reference draws its target again, so a few lines can stand for millions."""

    def __init__(self, root: _Node) -> None:
        self._root = root
        self._named: dict[str, _Node] = {}
        self._known: dict[str, int] = {}
        self._collect(root)

    def check(self) -> None:
        """Raises ArtworkRefused where it is too much, or an element refers to itself."""
        if self._of(self._root, 0) > DRAWN_MAXIMUM:
            raise _too_large()

    def _collect(self, node: _Node) -> None:
        if "id" in node.attributes:
            self._named.setdefault(node.attributes["id"], node)
        for child in node.children:
            if isinstance(child, _Node):
                self._collect(child)

    def _of(self, node: _Node, deep: int) -> int:
        below = sum(self._of(child, deep) for child in node.children if isinstance(child, _Node))
        return 1 + below + sum(self._referred(name, deep + 1) for name in references_of(node.attributes))

    def _referred(self, name: str, deep: int) -> int:
        if deep > REFERENCES_DEEP:
            raise ArtworkRefused("UNSAFE", "The picture refers to itself, or through too many parts.")
        if name not in self._known and name in self._named:
            self._known[name] = self._of(self._named[name], deep)
        return self._known.get(name, 0)


def _write(node: _Node, parts: list[str], root: bool = True) -> None:
    namespace = f' xmlns="{SVG_NAMESPACE}"' if root else ""
    parts.append(f"<{node.name}{namespace}{written(node.attributes)}")
    if not node.children:
        parts.append("/>")
        return
    parts.append(">")
    for child in node.children:
        if isinstance(child, _Node):
            _write(child, parts, root=False)
        else:
            parts.append(escape(child))
    parts.append(f"</{node.name}>")
