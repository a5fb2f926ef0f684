"""What a file is told by: its content; whatever the bytes, the answer is a kind or the rule broken."""

import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procurement.errors import RuleBroken
from procurement.file_kinds import (
    CSV,
    DOCX,
    JPEG,
    KINDS,
    ODS,
    ODT,
    PDF,
    PNG,
    PPTX,
    TEXT,
    XLSX,
    FileKind,
    kind_of,
)
from procurement.rules import Rule
from tests.procurement import shared
from tests.procurement.shared import archive, docx, office, open_document, xlsx

FUZZ = settings(max_examples=150, deadline=None, database=None)
WHOLE = [docx(), xlsx(), open_document("text"), shared.PDF, shared.PNG, shared.JPEG]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (docx(), "plan.pdf", DOCX),
        (xlsx(), "table.xlsx", XLSX),
        (office("presentationml.presentation"), "a", PPTX),
        (open_document("text"), "a.odt", ODT),
        (open_document("spreadsheet"), "a.ods", ODS),
        (shared.PDF, "a.docx", PDF),
        (shared.PNG, "a.jpg", PNG),
        (shared.JPEG + b"\x00\x00", "a.jpg", JPEG),
        ("Réunion mardi.\n".encode(), "notes.md", TEXT),
        ("a;é\r\n1;2\r\n".encode("cp1252"), "Table.CSV", CSV),
        ("a;é\n".encode("utf-8-sig"), "a.csv", CSV),
        ("Où ?".encode("utf-16"), "a.txt", TEXT),
    ],
    ids=lambda value: value.media_type if isinstance(value, FileKind) else None,
)
def test_the_content_says_what_it_is_whatever_the_name(content: bytes, name: str, kind: FileKind) -> None:
    assert kind_of(content, name) == kind


def _locked() -> bytes:
    content = bytearray(docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def _lying(**said: int) -> bytes:
    """An archive whose directory says something else of its second part than what is there."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "x" * 100)
        file.writestr("b", "y")
        for name, value in said.items():
            setattr(file.infolist()[1], name, value)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", Rule.FILE_EMPTY),
        (b"MZ\x90\x00\x03" + b"\x00" * 60, Rule.FILE_UNKNOWN),
        (b"\x7fELF\x02\x01\x01\x00", Rule.FILE_UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, Rule.FILE_UNKNOWN),
        (b"<!DOCTYPE html><script>alert(1)</script>", Rule.FILE_UNKNOWN),
        (b"\xef\xbb\xbf <svg onload='x'/>", Rule.FILE_UNKNOWN),
        (b"#!/bin/sh\nrm -r .\n", Rule.FILE_UNKNOWN),
        (b"{\\rtf1 x}", Rule.FILE_UNKNOWN),
        (archive({"a.txt": "x"}), Rule.FILE_UNKNOWN),
        (office("wordprocessingml.document", mimetype=f"{shared.OPEN}text"), Rule.FILE_UNKNOWN),
        (shared.PDF + archive({"a": "x"}), Rule.FILE_UNKNOWN),
        (shared.PNG + archive({"a": "x"}), Rule.FILE_UNKNOWN),
        (b"Bonjour\n" + shared.PDF, Rule.FILE_UNKNOWN),
        (shared.PNG[:-4], Rule.FILE_BROKEN),
        (shared.PNG + b"<html>", Rule.FILE_BROKEN),
        (shared.JPEG + b"<?php", Rule.FILE_BROKEN),
        (shared.PDF[:40], Rule.FILE_BROKEN),
        (docx()[:-30], Rule.FILE_BROKEN),
        (docx() + b"MZ", Rule.FILE_BROKEN),
        (archive({f"p{number}": "" for number in range(3_001)}), Rule.FILE_BROKEN),
        (_lying(file_size=201 * 2**20), Rule.FILE_BROKEN),
        (_lying(header_offset=0), Rule.FILE_BROKEN),
        (office("wordprocessingml.document", **{"../word/a.xml": "x"}), Rule.FILE_BROKEN),
        (archive({"[Content_Types].xml": "x"}, zipfile.ZIP_BZIP2), Rule.FILE_BROKEN),
        (_locked(), Rule.FILE_LOCKED),
        (open_document("text", "<manifest:encryption-data/>"), Rule.FILE_LOCKED),
        (shared.PDF.replace(b"/Root", b"/Encrypt 2 0 R /Root"), Rule.FILE_LOCKED),
        (shared.PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), Rule.FILE_ACTIVE),
        (office("wordprocessingml.document", **{"word/vbaProject.bin": "x"}), Rule.FILE_ACTIVE),
        (office("spreadsheetml.sheet", **{"xl/embeddings/oleObject1.bin": "x"}), Rule.FILE_ACTIVE),
        (office("wordprocessingml.document", **{"word/media/setup.EXE": "x"}), Rule.FILE_ACTIVE),
        (archive({"[Content_Types].xml": "x/ms-word.document.macroEnabled.main+xml"}), Rule.FILE_ACTIVE),
        (archive({"mimetype": f"{shared.OPEN}text", "Basic/Standard/script-lb.xml": "x"}), Rule.FILE_ACTIVE),
    ],
)  # fmt: skip
def test_what_is_none_of_ours_broken_locked_or_active_is_refused(content: bytes, rule: Rule) -> None:
    with pytest.raises(RuleBroken) as refused:
        kind_of(content, "offre.docx")

    assert refused.value.rule is rule


def _answers(content: bytes) -> None:
    with suppress(RuleBroken):
        assert kind_of(content, "a") in KINDS


@FUZZ
@given(st.binary(max_size=400))
def test_random_bytes_raise_nothing_but_the_rule(content: bytes) -> None:
    _answers(content)


@FUZZ
@given(
    st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"\xff\xd8\xff", b"\xff\xfe"]),
    st.binary(max_size=200),
)
def test_a_known_start_with_random_bytes_raises_nothing_but_the_rule(start: bytes, rest: bytes) -> None:
    _answers(start + rest)


@FUZZ
@given(st.sampled_from(WHOLE), st.data())
def test_a_spoiled_file_raises_nothing_but_the_rule(whole: bytes, data: st.DataObject) -> None:
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    _answers(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))


@FUZZ
@given(st.sampled_from(WHOLE[:3]), st.data())
def test_a_spoiled_directory_raises_nothing_but_the_rule(whole: bytes, data: st.DataObject) -> None:
    content, start = bytearray(whole), whole.index(b"PK\x01\x02")
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(start, len(content) - 1))] = data.draw(st.integers(0, 255))

    _answers(bytes(content))
