"""HTML fragments of notices into clean text."""

from lxml import etree

from procurement.cleaning import clean_text
from procurement.errors import UnreadableNotice

_BLOCKS = frozenset(("p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = frozenset(("script", "style", "template"))


class _Words:
    """The words of a fragment as the parser meets them.

    No tree is built: in one, each change costs the more the more there is, and a field could hold a run up
    for hours.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._piece: list[str] = []
        self._hidden = 0

    def start(self, tag: str, _attributes: object) -> None:
        """A tag begins: a line of its own for a block, a bullet for an item."""
        self._end_piece()
        if tag in _HIDDEN:
            self._hidden += 1
        elif self._hidden:
            return
        elif tag == "li":
            self._pieces.append("\n• ")
        elif tag in _BLOCKS or tag == "br":
            self._pieces.append("\n")

    def end(self, tag: str) -> None:
        """A tag ends, if only because what is around it does."""
        self._end_piece()
        if tag in _HIDDEN:
            self._hidden -= 1
        elif tag in _BLOCKS and not self._hidden:
            self._pieces.append("\n")

    def data(self, words: str) -> None:
        """Words, or a part of them."""
        if not self._hidden:
            self._piece.append(words)

    def comment(self, _words: str) -> None:
        """A comment keeps what is around it apart."""
        self._end_piece()

    def close(self) -> str:
        """All of it."""
        self._end_piece()
        return "".join(self._pieces)

    def _end_piece(self) -> None:
        piece = "".join(self._piece)
        self._piece.clear()
        # How a page is laid out between its tags is none of its words.
        if piece and not piece.strip(" \t\n\r\f"):
            piece = "\n" if "\n" in piece else " "
        self._pieces.append(piece)


def html_to_text(fragment: str, *, path: str = "") -> str:
    """The words of an HTML fragment: paragraphs on lines of their own, list items after a bullet."""
    text = clean_text(fragment)
    if "<" not in text and "&" not in text:
        return text
    parser = etree.HTMLParser(target=_Words())
    try:
        parser.feed(f"<body>{text}</body>")
        words: str = parser.close()
    except etree.LxmlError as problem:
        raise UnreadableNotice(path, f"no HTML: {problem}") from problem
    # Entities may stand for characters that the first cleaning would have taken out.
    return clean_text(words.replace("\u00a0", " "))
