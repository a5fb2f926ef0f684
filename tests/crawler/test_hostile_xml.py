"""XML from outside may ask for files and addresses, or swell: nothing is fetched, and reading it ends."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.archive.reading import read_form
from crawler.gazette.reading import Words, read_publication
from crawler.generic.feeds import entries_of, entry_of
from crawler.ted.reading import read_notice, read_xml
from procurement.errors import UnreadableNotice

pytestmark = pytest.mark.timeout(30)

_RECORDINGS = Path(__file__).parents[1] / "recordings"
_SECRET = "le mot de passe est fictif"
_FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Avis</title><item>
<title>Nettoyage</title><guid isPermaLink="false">1</guid></item></channel></rss>"""
_HERE = "@@here@@"


@dataclass(frozen=True, slots=True)
class Document:
    """An XML that is read rightly as it stands, with a place for words, and how it is read."""

    text: str
    read: Callable[[bytes], object]

    def with_words(self, words: str, *, doctype: str = "", root_attributes: str = "") -> bytes:
        """The document with other words in it, a document type, and more attributes on its root."""
        head, root, rest = self._parts()
        declared = f"<!DOCTYPE {root} {doctype}>" if doctype else ""
        return f"{head}{declared}<{root} {root_attributes}{rest}".replace(_HERE, words).encode()

    def _parts(self) -> tuple[str, str, str]:
        bare = re.sub(r"<!DOCTYPE.*?\]>", "", self.text, flags=re.DOTALL)
        found = re.match(r"(?P<head>\s*<\?xml[^>]*>\s*)<(?P<root>[\w:.-]+)(?P<rest>.*)", bare, re.DOTALL)
        assert found is not None
        return found["head"], found["root"], found["rest"]


def recorded(name: str, words: str) -> str:
    text = (_RECORDINGS / name).read_text(encoding="utf-8")
    assert words in text
    return text.replace(words, _HERE, 1)


def title_of(body: bytes) -> list[str]:
    return [entry.title + entry.text + entry.link for entry in entries_of(body)]


DOCUMENTS = {
    "TED": Document(
        recorded("ted/eforms_haute_savoie_social.xml", "Communauté de communes du Val d’Essai"),
        lambda body: read_xml(body, fetched_from="x"),
    ),
    "a form before TED's": Document(
        recorded("ted/export_2014_corrigendum.xml", "Entretien des parcs de Valdessai"),
        lambda body: read_notice(body, fetched_from="x"),
    ),
    "archive": Document(
        recorded("archive/call_fr.xml", "Commune de Valmontagne"),
        lambda body: read_form(body, fetched_from="x"),
    ),
    "gazette": Document(
        recorded("gazette/call_fr.xml", "Nettoyage des écoles de Pietrachiara"),
        lambda body: read_publication(body, fetched_from="x", words=Words()),
    ),
    "feed": Document(_FEED.replace("Nettoyage", _HERE), title_of),
    "entry of a feed": Document(_FEED.replace("Nettoyage", _HERE), lambda body: entry_of(body).title),
}


@dataclass(frozen=True, slots=True)
class Trap:
    """A file that nothing may read and a port of this machine that nothing may call."""

    file: str
    port: int
    callers: list[str]

    def filled(self, text: str) -> str:
        """A text in which the names of both stand."""
        return text.replace("FILE", self.file).replace("PORT", str(self.port))


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    """The file is there, and somebody listens at the port."""
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text(_SECRET, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Trap(secret.as_uri(), listener.getsockname()[1], [])

        def listen() -> None:
            with suppress(OSError):
                while True:
                    connection, caller = listener.accept()
                    found.callers.append(str(caller))
                    connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)


def outcome(document: Document, body: bytes) -> str:
    """All that reading says: what it read, or the error that it may raise, in words."""
    try:
        return repr(document.read(body))
    except (UnreadableNotice, ValueError) as problem:
        return f"refused: {problem}"


def laughs(times: int, *, in_attribute: bool) -> tuple[str, str, str]:
    """A doctype whose entities swell, the words that call it, and an attribute that does."""
    entities = ['<!ENTITY l0 "rire">']
    entities += [f'<!ENTITY l{place} "{f"&l{place - 1};" * 10}">' for place in range(1, times)]
    called = f"&l{times - 1};"
    return f"[{''.join(entities)}]", "" if in_attribute else called, f'x="{called}"' if in_attribute else ""


_ENTITIES = {
    "a file": ('[<!ENTITY x SYSTEM "FILE">]', "&x;"),
    "an address": ('[<!ENTITY x SYSTEM "http://127.0.0.1:PORT/x">]', "&x;"),
    "an address by a public name": ('[<!ENTITY x PUBLIC "-//X//X" "http://127.0.0.1:PORT/x">]', "&x;"),
    "a file through a parameter": (
        '[<!ENTITY % f SYSTEM "FILE"><!ENTITY % d "<!ENTITY x SYSTEM \'FILE\'>">%d;%f;]',
        "&x;",
    ),
    "words of its own": ('[<!ENTITY x "autre chose">]', "&x;"),
    "itself": ('[<!ENTITY x "&y;"><!ENTITY y "&x;">]', "&x;"),
    "what is not declared": ("", "&x;"),
    "much laughter": laughs(12, in_attribute=False)[:2],
    "one long text many times": (f'[<!ENTITY x "{"a" * 100_000}">]', "&x;" * 20_000),
}
_LURES = {
    "a document type at an address": ('SYSTEM "http://127.0.0.1:PORT/x.dtd"', "mots", ""),
    "a document type in a file": ('SYSTEM "FILE"', "mots", ""),
    "a document type by a public name": ('PUBLIC "-//X//X" "http://127.0.0.1:PORT/x.dtd"', "mots", ""),
    "a parameter at an address": ('[<!ENTITY % d SYSTEM "http://127.0.0.1:PORT/x.dtd">%d;]', "mots", ""),
    "a parameter in a file": ('[<!ENTITY % d SYSTEM "FILE">%d;]', "mots", ""),
    "a schema at an address": (
        "",
        "mots",
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
        'i:noNamespaceSchemaLocation="http://127.0.0.1:PORT/x.xsd" i:schemaLocation="u http://127.0.0.1:PORT/y"',
    ),
    "an inclusion of a file": (
        "",
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="FILE"/>',
        "",
    ),
    "an inclusion of an address": (
        "",
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:PORT/x"/>',
        "",
    ),
    "a style at an address": ("", '<?xml-stylesheet href="http://127.0.0.1:PORT/x.xsl"?>mots', ""),
    "much laughter in an attribute": laughs(12, in_attribute=True),
    "one long text in an attribute": (
        f'[<!ENTITY x "{"a" * 100_000}">]',
        "mots",
        f'x="{"&x;" * 20_000}"',
    ),
    "a file in an attribute": ('[<!ENTITY x SYSTEM "FILE">]', "mots", 'x="&x;"'),
}
_HEAPS = {
    "depth": ("<a>" * 200_000 + "</a>" * 200_000, ""),
    "depth within the bounds of XML": ("<a>" * 240 + "</a>" * 240, ""),
    "elements": ("<a/>" * 1_000_000, ""),
    "attributes": ("mots", " ".join(f'a{place}=""' for place in range(300_000))),
    "name spaces": ("mots", " ".join(f'xmlns:a{place}="u{place}"' for place in range(100_000))),
    "one attribute": ("mots", f'x="{"x" * 12_000_000}"'),
    "one text": ("x" * 12_000_000, ""),
    "one text in two": ("x" * 7_000_000 + "<!-- -->" + "y" * 7_000_000, ""),
    "comments": ("<!-- -->" * 200_000, ""),
    "one name": (f"<{'n' * 2_000_000}/>", ""),
    "references to characters": ("&#8238;&#x9b;" * 500_000, ""),
}
each_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)


@each_document
def test_the_documents_are_read_as_they_stand(document: Document) -> None:
    said = outcome(document, document.with_words("Des mots"))

    assert not said.startswith("refused"), said


@each_document
@pytest.mark.parametrize(("doctype", "words"), _ENTITIES.values(), ids=_ENTITIES)
def test_words_that_stand_for_something_else_are_refused(
    document: Document, trap: Trap, doctype: str, words: str
) -> None:
    said = outcome(document, document.with_words(words, doctype=trap.filled(doctype)))

    assert said.startswith("refused")
    assert _SECRET not in said
    assert trap.callers == []


@each_document
@pytest.mark.parametrize(("doctype", "words", "attributes"), _LURES.values(), ids=_LURES)
def test_nothing_outside_the_answer_is_read(
    document: Document, trap: Trap, doctype: str, words: str, attributes: str
) -> None:
    body = document.with_words(
        trap.filled(words), doctype=trap.filled(doctype), root_attributes=trap.filled(attributes)
    )

    said = outcome(document, body)

    assert _SECRET not in said
    assert trap.callers == []


@each_document
@pytest.mark.parametrize(("words", "attributes"), _HEAPS.values(), ids=_HEAPS)
def test_a_heap_is_read_or_refused_in_time(document: Document, words: str, attributes: str) -> None:
    said = outcome(document, document.with_words(words, root_attributes=attributes))

    assert len(said) < 30_000_000


@each_document
@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.decode().encode("utf-16"),
        lambda body: body.decode().encode("utf-32"),
        lambda body: body.replace(b"UTF-8", b"UTF-7", 1),
        lambda body: body.replace(b"UTF-8", b"no-such-thing", 1),
        lambda body: body.decode().encode("latin-1", "replace"),
        lambda body: body.replace(b"mots", b"mo\x00ts"),
        lambda body: body.replace(b"mots", b"mo\xff\xfets"),
        lambda body: body[: len(body) // 2],
        lambda body: body + body,
        lambda body: b"",
        lambda body: b"\xff",
        lambda body: b"<",
        lambda body: b"{}",
        lambda body: b"<html><body>Oups</body></html>",
    ],
)
def test_what_is_no_xml_is_an_error_of_ours(document: Document, spoil: Callable[[bytes], bytes]) -> None:
    said = outcome(document, spoil(document.with_words("Des mots")))

    assert said
