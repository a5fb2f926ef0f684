"""XML from outside, read so that nothing outside the answer is read with it."""

from io import BytesIO

from lxml import etree

from crawler.bounds import refuse_swarm
from procurement.errors import UnreadableNotice

# The largest notices have a tenth of it.
_MOST_PARTS = 500_000


def parse_xml(payload: bytes) -> etree._Element:
    """The root of an answer, without comments and instructions, which would cut the words around them in two.

    ValueError says in words why the answer is no XML, as after a cut connection; UnreadableNotice refuses one
    that uses entities of its own: none is resolved, no document type or address is followed.
    """
    if not payload.strip():
        raise ValueError("no XML: an empty answer")
    refuse_swarm(payload, b"<", b"=", most=_MOST_PARTS)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element = etree.fromstring(payload.strip(), parser)
    except etree.XMLSyntaxError as problem:
        raise ValueError(f"no XML: {problem.msg}") from problem
    for entity in root.iter(etree.Entity):
        raise UnreadableNotice("answer", f"{entity.text} stands for unknown words")
    return root


def root_name(payload: bytes) -> str | None:
    """The name of the outermost element, however the rest may be cut; None when there is none."""
    beginning = etree.iterparse(
        BytesIO(payload), events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        _, root = next(beginning)
    except (etree.XMLSyntaxError, StopIteration):
        return None
    return str(etree.QName(root).localname)
